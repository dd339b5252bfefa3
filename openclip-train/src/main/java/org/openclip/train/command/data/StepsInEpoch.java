package org.openclip.train.command.data;

import org.openclip.train.data.Dataset;
import org.openclip.train.shard.WebDataset;

/**
 * Computes the number of steps of an epoch as the reference does.
 *
 * @param batchSize samples of a batch of one process
 * @param parts batches of a step
 * @param workers the number of {@code --workers}
 * @param ranks how many processes train together
 */
public record StepsInEpoch(int batchSize, int parts, int workers, int ranks) {
  /**
   * Returns the number for an epoch of so many samples. Of shards, every worker of the reference
   * has as many batches as any other, rounded up, so that some samples come by twice; of all else,
   * what does not fill a batch is left out.
   */
  public long of(Dataset dataset, long samples) {
    if (!(dataset instanceof WebDataset)) {
      return ceil(samples, ranks) / batchSize / parts;
    }
    int each = Math.max(1, workers);
    long batches = ceil(samples, (long) batchSize * ranks);
    return ceil(batches, each) * each / parts;
  }

  private static long ceil(long number, long divisor) {
    return (number + divisor - 1) / divisor;
  }
}
