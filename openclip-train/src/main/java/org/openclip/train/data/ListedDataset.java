package org.openclip.train.data;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;

/**
 * A data set whose list of samples fits into memory, with images in separate files. The samples of
 * a permutation are distributed over the ranks in turn.
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
    return stream(permutation(order), order);
  }

  @Override
  public SampleStream openRest(Order order, Faults faults, List<List<Long>> passed) {
    int[] rest = permutation(order);
    for (List<Long> positions : passed) {
      int ranks = positions.size();
      int[] all = rest;
      // A process that had passed n samples had seen those at its rank and n - 1 rounds later.
      rest =
          IntStream.range(0, all.length)
              .filter(i -> i / ranks >= positions.get(i % ranks))
              .map(i -> all[i])
              .toArray();
    }
    return stream(rest, order);
  }

  @Override
  public String fingerprint() {
    CRC32C sum = new CRC32C();
    for (Sample sample : samples) {
      String key = sample.key().replace('\\', '/');
      sum.update(key.substring(key.lastIndexOf('/') + 1).getBytes(StandardCharsets.UTF_8));
      sum.update('\n');
    }
    return samples.size() + " samples, " + Long.toHexString(sum.getValue());
  }

  private int[] permutation(Order order) {
    int[] permutation = new int[samples.size()];
    SplittableRandom random = order.shared(PERMUTATION);
    for (int i = 0; i < permutation.length; i++) {
      int j = shuffled ? random.nextInt(i + 1) : i;
      permutation[i] = permutation[j];
      permutation[j] = i;
    }
    return permutation;
  }

  private SampleStream stream(int[] chosen, Order order) {
    return new SampleStream() {
      private int at = order.rank();

      @Override
      public @Nullable Sample next() {
        if (at >= chosen.length) {
          return null;
        }
        Sample sample = samples.get(chosen[at]);
        at += order.ranks();
        return sample;
      }

      @Override
      public void close() {}
    };
  }
}
