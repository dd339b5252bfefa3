package org.openclip.api.backend;

import java.time.Duration;
import java.util.List;
import org.openclip.api.InvalidInputException;

/**
 * The processes of a distributed training. Each one has a part of every batch.
 *
 * @param rank the rank of this process, from 0
 * @param addresses the address {@code host:port} where each process listens for the others'
 *     tensors, in the order of their ranks
 * @param timeout how long a process waits for the others before it gives up
 */
public record World(int rank, List<String> addresses, Duration timeout) {
  /** A single process. */
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

  /** Returns the number of processes. */
  public int size() {
    return addresses.size();
  }

  /** Returns whether this is a single process. */
  public boolean alone() {
    return size() == 1;
  }

  /** Returns the number of processes on this machine, including this one. */
  public int neighbours() {
    String own = host(addresses.get(rank));
    return (int) addresses.stream().filter(address -> host(address).equals(own)).count();
  }

  private static String host(String address) {
    return address.substring(0, Math.max(0, address.lastIndexOf(':')));
  }
}
