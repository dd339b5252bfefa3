package org.openclip.train.data;

import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;

/**
 * Samples in a list that fits into memory: pictures in files of their own. Each rank takes every
 * so-many-th of a permutation.
 *
 * @param samples all of them
 * @param shuffled whether the order is a permutation drawn for each epoch
 */
public record ListedDataset(List<Sample> samples, boolean shuffled) implements Dataset {
  private static final long PERMUTATION = 3;

  /** Copies the list, which must not be empty. */
  public ListedDataset {
    samples = List.copyOf(samples);
    if (samples.isEmpty()) {
      throw new InvalidInputException("the dataset is empty; there is nothing to train on");
    }
  }

  @Override
  public OptionalLong size() {
    return OptionalLong.of(samples.size());
  }

  @Override
  public SampleStream open(Order order, Faults faults) {
    int[] permutation = new int[samples.size()];
    SplittableRandom random = order.shared(PERMUTATION);
    for (int i = 0; i < permutation.length; i++) {
      int j = shuffled ? random.nextInt(i + 1) : i;
      permutation[i] = permutation[j];
      permutation[j] = i;
    }
    return new SampleStream() {
      private int at = order.rank();

      @Override
      public @Nullable Sample next() {
        if (at >= permutation.length) {
          return null;
        }
        Sample sample = samples.get(permutation[at]);
        at += order.ranks();
        return sample;
      }

      @Override
      public void close() {}
    };
  }
}
