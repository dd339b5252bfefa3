package org.openclip.train.data;

import java.util.SplittableRandom;
import org.openclip.api.InvalidInputException;

/**
 * Determines the order of an epoch's samples. The same numbers give the same order on every
 * machine, with any number of threads.
 *
 * @param seed of the run
 * @param epoch from 0
 * @param rank this process among those that train together, from 0
 * @param ranks how many processes train together
 */
public record Order(long seed, int epoch, int rank, int ranks) {
  /** Checks the ranges. */
  public Order {
    if (epoch < 0 || ranks < 1 || rank < 0 || rank >= ranks) {
      throw new InvalidInputException(
          "epoch %s of rank %s among %s is invalid".formatted(epoch, rank, ranks));
    }
  }

  /**
   * Returns what the order follows from when the samples of an epoch come by once more.
   *
   * @param pass how often they have come by
   */
  Order again(int pass) {
    return pass == 0 ? this : new Order(mix(mix(seed, 23), pass), epoch, rank, ranks);
  }

  /**
   * Returns a source of randomness that all ranks share.
   *
   * @param purpose a number that keeps different uses apart
   */
  public SplittableRandom shared(long purpose) {
    return new SplittableRandom(mix(mix(seed, purpose), epoch));
  }

  /** Returns a source of randomness of this rank alone. */
  public SplittableRandom own(long purpose) {
    return new SplittableRandom(mix(mix(mix(seed, purpose), epoch), 1L + rank));
  }

  /** Returns a source of randomness for one sample of the epoch, by its number. */
  SplittableRandom sample(long number) {
    return new SplittableRandom(mix(mix(mix(mix(seed, 17), epoch), 1L + rank), number));
  }

  /** The finaliser of splitmix64 (Steele et al. 2014) over both numbers. */
  private static long mix(long a, long b) {
    long z = a * 0x9e3779b97f4a7c15L + b + 0x632be59bd9b4e019L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
