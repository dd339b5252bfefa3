package org.openclip.api.serving;

import java.time.Duration;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.Image;

/**
 * The bounds of a {@link BatchingEmbedder}.
 *
 * @param maxWait how long a picture or text that is ready waits for others at most
 * @param maxBatch how many run at once at most
 * @param maxUnderWay how many calls may be under way, those that wait included
 * @param preparers how many threads decode and preprocess pictures
 * @param maxPixels how many pixels a picture may have
 */
public record BatchingOptions(
    Duration maxWait, int maxBatch, int maxUnderWay, int preparers, long maxPixels) {
  private static final Duration LONGEST = Duration.ofMinutes(1);

  /** 2 ms, batches of 16, 1,024 calls, as many threads as there are cores, but 8 at most. */
  public static final BatchingOptions DEFAULT =
      new BatchingOptions(
          Duration.ofMillis(2),
          16,
          1024,
          Math.min(8, Runtime.getRuntime().availableProcessors()),
          Image.MOST_PIXELS);

  /** Checks the bounds. */
  public BatchingOptions {
    if (maxWait.isNegative() || maxWait.compareTo(LONGEST) > 0) {
      throw new InvalidInputException(
          "the waiting time of a batch is %s, but must be from 0 to %s"
              .formatted(maxWait, LONGEST));
    }
    check("the size of a batch", maxBatch, 4096);
    check("the number of calls in progress", maxUnderWay, 1 << 20);
    check("the number of threads that prepare pictures", preparers, 1024);
    if (maxPixels < 1 || maxPixels > Image.MOST_PIXELS) {
      throw new InvalidInputException(
          "the maximum number of pixels of a picture is %s, but must be from 1 to %s"
              .formatted(maxPixels, Image.MOST_PIXELS));
    }
  }

  private static void check(String what, int value, int most) {
    if (value < 1 || value > most) {
      throw new InvalidInputException(
          "%s is %s, but must be from 1 to %s".formatted(what, value, most));
    }
  }

  /** Returns the same bounds with another wait. */
  public BatchingOptions withMaxWait(Duration other) {
    return new BatchingOptions(other, maxBatch, maxUnderWay, preparers, maxPixels);
  }

  /** Returns the same bounds with another size of batches. */
  public BatchingOptions withMaxBatch(int other) {
    return new BatchingOptions(maxWait, other, maxUnderWay, preparers, maxPixels);
  }

  /** Returns the same bounds with another number of calls under way. */
  public BatchingOptions withMaxUnderWay(int other) {
    return new BatchingOptions(maxWait, maxBatch, other, preparers, maxPixels);
  }

  /** Returns the same bounds with another number of threads that prepare pictures. */
  public BatchingOptions withPreparers(int other) {
    return new BatchingOptions(maxWait, maxBatch, maxUnderWay, other, maxPixels);
  }

  /** Returns the same bounds with another number of pixels. */
  public BatchingOptions withMaxPixels(long other) {
    return new BatchingOptions(maxWait, maxBatch, maxUnderWay, preparers, other);
  }
}
