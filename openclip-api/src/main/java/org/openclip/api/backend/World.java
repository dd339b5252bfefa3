package org.openclip.api.backend;

import java.time.Duration;
import java.util.List;
import org.openclip.api.InvalidInputException;

/**
 * The processes that train one model together, each with a part of every batch.
 *
 * @param rank which of them this is, from 0
 * @param addresses where each of them listens for the others' tensors, {@code host:port}, in the
 *     order of their ranks
 * @param timeout how long a process waits for the others before it gives up
 */
public record World(int rank, List<String> addresses, Duration timeout) {
  /** One process, which needs no other. */
  public static final World ALONE = new World(0, List.of(""), Duration.ofMinutes(30));

  /** Copies the list, and checks that the rank is in it and the timeout above zero. */
  public World {
    addresses = List.copyOf(addresses);
    if (rank < 0 || rank >= addresses.size()) {
      throw new InvalidInputException(
          "rank "
              + rank
              + " is not one of "
              + addresses.size()
              + " processes; ranks count from 0 to one less than there are processes");
    }
    if (timeout.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new InvalidInputException(
          "a timeout of " + timeout + " is too short; processes wait for at least one second");
    }
  }

  /** Returns how many processes train together. */
  public int size() {
    return addresses.size();
  }

  /** Returns whether there is no other process. */
  public boolean alone() {
    return size() == 1;
  }

  /** Returns how many of the processes are on this one's machine, itself among them. */
  public int neighbours() {
    String own = host(addresses.get(rank));
    return (int) addresses.stream().filter(address -> host(address).equals(own)).count();
  }

  private static String host(String address) {
    return address.substring(0, Math.max(0, address.lastIndexOf(':')));
  }
}
