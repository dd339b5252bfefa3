package org.openclip.train.distributed;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;

/**
 * The part of the first process: it waits for all others, tells them each other's addresses, sees
 * that they agree, and says who fails. It knows them by the connections that they keep open.
 */
final class Master implements AutoCloseable {
  /** What a process that trains says first, so that others are known for strangers. */
  static final String GREETING = "openclip-train";

  private static final int HELLO_MILLIS = 10_000;
  private static final long BEAT_MILLIS = 1_000;

  private final Placement place;
  private final Duration timeout;
  private final ServerSocket socket;
  private final Seat[] seats;
  private final Object lock = new Object();
  private @Nullable String failure;
  private @Nullable InetAddress outside;
  private volatile boolean closed;

  private Master(Placement place, Duration timeout, ServerSocket socket) {
    this.place = place;
    this.timeout = timeout;
    this.socket = socket;
    this.seats = new Seat[place.size()];
  }

  /**
   * Begins to wait.
   *
   * @throws OpenClipException when the port is taken
   */
  static Master open(Placement place, Duration timeout) {
    ServerSocket socket = null;
    try {
      socket = new ServerSocket();
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(place.port()), 1024);
      Master master = new Master(place, timeout, socket);
      Thread.ofPlatform().daemon().name("openclip-meet").start(master::accept);
      Thread.ofPlatform().daemon().name("openclip-watch").start(master::watch);
      return master;
    } catch (IOException e) {
      close(socket);
      throw new OpenClipException(
          e instanceof BindException
              ? String.format(
                  Locale.ROOT,
                  "port %d, where rank 0 waits for the others, is taken; choose another"
                      + " MASTER_PORT",
                  place.port())
              : "rank 0 cannot wait for the others at port " + place.port() + ": " + e,
          e);
    }
  }

  private static void close(@Nullable ServerSocket socket) {
    if (socket != null) {
      try {
        socket.close();
      } catch (IOException e) {
        System.getLogger(Master.class.getName()).log(System.Logger.Level.DEBUG, "closing", e);
      }
    }
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket accepted = socket.accept();
        Thread.ofPlatform().daemon().name("openclip-rank").start(() -> serve(accepted));
      } catch (IOException e) {
        return; // Closed: all are there, or nobody is waited for any more.
      }
    }
  }

  private void serve(Socket accepted) {
    try (Line line = new Line(accepted)) {
      accepted.setSoTimeout(HELLO_MILLIS);
      Map<String, Object> hello = line.receive();
      if (hello == null || !GREETING.equals(hello.get("program"))) {
        return;
      }
      accepted.setSoTimeout(0);
      Seat seat = take(hello, line);
      if (seat != null) {
        listen(seat);
      }
    } catch (IOException e) {
      System.getLogger(Master.class.getName()).log(System.Logger.Level.DEBUG, "a stranger came", e);
    }
  }

  private @Nullable Seat take(Map<String, Object> hello, Line line) {
    int rank = hello.get("rank") instanceof Number number ? number.intValue() : -1;
    Seat seat = new Seat(rank, hello, line);
    synchronized (lock) {
      String problem = failure;
      if (problem == null && !Objects.equals(hello.get("size"), place.size())) {
        problem =
            String.format(
                Locale.ROOT,
                "%s says that %s processes train together, but rank 0 that %d do",
                seat,
                hello.get("size"),
                place.size());
      } else if (problem == null && (rank < 0 || rank >= seats.length)) {
        problem = seat + " is not one of " + seats.length + " processes";
      } else if (problem == null && seats[rank] != null) {
        problem =
            String.format(
                Locale.ROOT,
                "two processes have rank %d: %s and %s; each needs a RANK of its own",
                rank,
                seats[rank].host,
                seat.host);
      }
      if (problem != null) {
        fail(problem);
        line.trySend(Map.of("failed", problem));
        return null;
      }
      seats[rank] = seat;
      InetAddress here = line.socket().getLocalAddress();
      if (!here.isLoopbackAddress()) {
        outside = here;
      }
      if (waiting().isEmpty()) {
        close(socket);
        begin();
      }
      return seat;
    }
  }

  private List<Integer> waiting() {
    return IntStream.range(0, seats.length).filter(rank -> seats[rank] == null).boxed().toList();
  }

  /** Tells everybody's addresses, if all have the same in mind. */
  private void begin() {
    String difference = difference(seat -> seat.facts);
    if (difference != null) {
      fail(difference);
      return;
    }
    List<String> addresses = new ArrayList<>();
    for (Seat seat : seats) {
      addresses.add(address(seat) + ":" + seat.port);
    }
    for (Seat seat : seats) {
      seat.line.trySend(Map.of("addresses", addresses));
    }
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

  /** What a seat has to say. */
  private interface Facts {
    Map<String, String> of(Seat seat);
  }

  /** Returns what another process has otherwise than the first; null when there is nothing. */
  private @Nullable String difference(Facts facts) {
    Map<String, String> first = facts.of(seats[0]);
    for (Seat seat : seats) {
      Map<String, String> own = facts.of(seat);
      TreeSet<String> names = new TreeSet<>(first.keySet());
      names.addAll(own.keySet());
      Map<String, String> differences = new LinkedHashMap<>();
      for (String name : names) {
        String here = first.getOrDefault(name, "(default)");
        String there = own.getOrDefault(name, "(default)");
        if (!here.equals(there)) {
          differences.put(name, "%s there, %s at rank 0".formatted(there, here));
        }
      }
      if (!differences.isEmpty()) {
        return seat
            + " would not train the same as rank 0 on "
            + seats[0].host
            + ": "
            + differences.entrySet().stream()
                .map(e -> e.getKey() + " is " + e.getValue())
                .collect(Collectors.joining("; "));
      }
    }
    return null;
  }

  private void listen(Seat seat) {
    try {
      for (Map<String, Object> message = seat.line.receive();
          message != null && !seat.done;
          message = seat.line.receive()) {
        seat.seen = System.nanoTime();
        if (message.get("at") instanceof Number number) {
          seat.at = number.longValue();
        } else if (message.containsKey("facts")) {
          seat.tells = Seat.map(message.get("tell"));
          agree(seat, Seat.facts(message));
        } else if (message.containsKey("failed")) {
          seat.done = true;
          fail(seat + " failed: " + message.get("failed") + behind());
        } else if (message.containsKey("bye")) {
          seat.done = true;
          synchronized (lock) {
            lock.notifyAll();
          }
        }
      }
    } catch (IOException e) {
      System.getLogger(Master.class.getName()).log(System.Logger.Level.DEBUG, "lost " + seat, e);
    }
    if (!seat.done && !closed) {
      seat.done = true;
      fail(seat + " ended without a word");
    }
  }

  /** Returns who had begun fewer steps than others, if somebody had. */
  private String behind() {
    synchronized (lock) {
      if (!waiting().isEmpty()) {
        return "";
      }
      long most = 0;
      for (Seat seat : seats) {
        most = Math.max(most, seat.at);
      }
      TreeMap<Long, String> late = new TreeMap<>();
      for (Seat seat : seats) {
        if (seat.at < most) {
          late.merge(seat.at, seat.toString(), (a, b) -> a + ", " + b);
        }
      }
      return late.isEmpty()
          ? ""
          : String.format(
              Locale.ROOT,
              "; others wait in step %d for %s in step %d",
              most,
              late.firstEntry().getValue(),
              late.firstKey());
    }
  }

  private void agree(Seat seat, Map<String, String> facts) {
    synchronized (lock) {
      seat.asked = facts;
      for (Seat other : seats) {
        if (other == null || other.asked == null) {
          return;
        }
      }
      String difference = difference(each -> Objects.requireNonNull(each.asked));
      for (Seat other : seats) {
        other.asked = null;
        if (difference == null) {
          other.line.trySend(Map.of("go", true, "tell", seats[0].tells));
        }
      }
      if (difference != null) {
        fail(difference);
      }
    }
  }

  private void fail(String message) {
    synchronized (lock) {
      if (failure != null) {
        return;
      }
      failure = message;
      close(socket);
      for (Seat seat : seats) {
        if (seat != null) {
          seat.line.trySend(Map.of("failed", message));
        }
      }
      lock.notifyAll();
    }
  }

  /** Gives signs of life, and misses those of others. */
  private void watch() {
    long begun = System.nanoTime();
    while (!closed) {
      try {
        Thread.sleep(BEAT_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      synchronized (lock) {
        long now = System.nanoTime();
        if (!waiting().isEmpty() && now - begun > timeout.toNanos()) {
          fail(
              String.format(
                  Locale.ROOT,
                  "ranks %s of %d did not come to port %d of %s within %d s; there are %s",
                  waiting(),
                  seats.length,
                  place.port(),
                  place.host(),
                  timeout.toSeconds(),
                  Arrays.stream(seats)
                      .filter(Objects::nonNull)
                      .map(Seat::toString)
                      .collect(Collectors.joining(", "))));
        }
        for (Seat seat : seats) {
          if (seat != null && !seat.done) {
            seat.line.trySend(Map.of("alive", true));
            if (now - seat.seen > timeout.toNanos()) {
              fail(seat + " hangs: it gave no sign for " + timeout.toSeconds() + " s");
            }
          }
        }
      }
    }
  }

  /** Waits until all others have said goodbye, or a failure is told. */
  @Override
  public void close() {
    long end = System.nanoTime() + Math.min(timeout.toNanos(), TimeUnit.MINUTES.toNanos(1));
    synchronized (lock) {
      while (failure == null && !allDone() && System.nanoTime() < end) {
        try {
          lock.wait(100);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          break;
        }
      }
      closed = true;
    }
    close(socket);
  }

  private boolean allDone() {
    for (Seat seat : seats) {
      if (seat == null || !seat.done) {
        return false;
      }
    }
    return true;
  }
}
