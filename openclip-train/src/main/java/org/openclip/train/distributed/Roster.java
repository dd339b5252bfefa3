package org.openclip.train.distributed;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which processes are there, where each is found, and whether all have the same in mind. Not safe
 * for many threads.
 */
final class Roster {
  private final @Nullable Seat[] seats;
  private @Nullable InetAddress outside;

  /** Begins with nobody of so many. */
  Roster(int size) {
    this.seats = new Seat[size];
  }

  /**
   * Returns why a process has no place here; null when it has one.
   *
   * @param size how many processes it says there are
   */
  @Nullable String refusal(Seat seat, @Nullable Object size) {
    if (!Objects.equals(size, seats.length)) {
      return String.format(
          Locale.ROOT,
          "%s has a world size of %s, but rank 0 has a world size of %d",
          seat,
          size,
          seats.length);
    }
    if (seat.rank < 0 || seat.rank >= seats.length) {
      return seat + " is not one of " + seats.length + " processes";
    }
    Seat known = seats[seat.rank];
    return known == null
        ? null
        : String.format(
            Locale.ROOT,
            "two processes have rank %d: %s and %s; each needs a RANK of its own",
            seat.rank,
            known.host,
            seat.host);
  }

  /**
   * Takes a process in.
   *
   * @param here the own address at which it reached the first process
   */
  void add(Seat seat, InetAddress here) {
    seats[seat.rank] = seat;
    if (!here.isLoopbackAddress()) {
      outside = here;
    }
  }

  /** Returns those that are there, in the order of their ranks. */
  List<Seat> present() {
    return Arrays.stream(seats).flatMap(java.util.stream.Stream::ofNullable).toList();
  }

  /** Returns the ranks of those that are not. */
  List<Integer> missing() {
    return IntStream.range(0, seats.length).filter(rank -> seats[rank] == null).boxed().toList();
  }

  /** Returns whether all have said goodbye. */
  boolean allDone() {
    return missing().isEmpty() && present().stream().allMatch(seat -> seat.done);
  }

  /** Returns where each is found, {@code host:port}. */
  List<String> addresses() {
    List<String> addresses = new ArrayList<>();
    for (Seat seat : present()) {
      addresses.add(address(seat) + ":" + seat.port);
    }
    return addresses;
  }

  /** Returns where a process is found; its own loopback is nothing to those on other machines. */
  private String address(Seat seat) {
    try {
      InetAddress own = InetAddress.getByName(seat.address);
      InetAddress found = own.isLoopbackAddress() && outside != null ? outside : own;
      String text = found.getHostAddress().replaceAll("%.*", "");
      return text.contains(":") ? "[" + text + "]" : text;
    } catch (IOException e) {
      return seat.address;
    }
  }

  /**
   * Returns what another process has otherwise than the first, of facts by name; null for nothing.
   */
  @Nullable String difference(Function<Seat, Map<String, String>> facts) {
    Seat leader = present().get(0);
    Map<String, String> first = facts.apply(leader);
    for (Seat seat : present()) {
      Map<String, String> own = facts.apply(seat);
      TreeSet<String> names = new TreeSet<>(first.keySet());
      names.addAll(own.keySet());
      Map<String, String> differences = new LinkedHashMap<>();
      for (String name : names) {
        String here = first.getOrDefault(name, "(default)");
        String there = own.getOrDefault(name, "(default)");
        if (!here.equals(there)) {
          differences.put(name, "%s, but rank 0 has %s".formatted(there, here));
        }
      }
      if (!differences.isEmpty()) {
        return seat
            + " has different settings from rank 0 on "
            + leader.host
            + ": "
            + differences.entrySet().stream()
                .map(e -> e.getKey() + " is " + e.getValue())
                .collect(Collectors.joining("; "));
      }
    }
    return null;
  }

  /** Returns who had begun fewer steps than others, if somebody had. */
  String behind() {
    if (!missing().isEmpty()) {
      return "";
    }
    long most = present().stream().mapToLong(seat -> seat.at).max().orElse(0);
    TreeMap<Long, String> late = new TreeMap<>();
    for (Seat seat : present()) {
      if (seat.at < most) {
        late.merge(seat.at, seat.toString(), (a, b) -> a + ", " + b);
      }
    }
    return late.isEmpty()
        ? ""
        : String.format(
            Locale.ROOT,
            "; other processes wait in step %d for %s in step %d",
            most,
            late.firstEntry().getValue(),
            late.firstKey());
  }
}
