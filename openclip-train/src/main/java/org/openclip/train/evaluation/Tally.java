package org.openclip.train.evaluation;

import java.util.LinkedHashMap;
import java.util.Map;
import org.openclip.api.InvalidInputException;

/** Counts correct predictions. Of equal scores, the earlier class comes first. */
public final class Tally {
  private static final int FEW = 5;

  private final long[] seen;
  private final long[] right;
  private long few;

  /**
   * Creates an empty count.
   *
   * @param classes the number of classes
   */
  public Tally(int classes) {
    seen = new long[classes];
    right = new long[classes];
  }

  /** Returns all counts, which {@link #add(long[])} takes. */
  public long[] counts() {
    long[] counts = new long[2 * seen.length + 1];
    System.arraycopy(seen, 0, counts, 0, seen.length);
    System.arraycopy(right, 0, counts, seen.length, seen.length);
    counts[2 * seen.length] = few;
    return counts;
  }

  /** Adds the counts of another tally with the same number of classes. */
  public void add(long[] counts) {
    for (int c = 0; c < seen.length; c++) {
      seen[c] += counts[c];
      right[c] += counts[seen.length + c];
    }
    few += counts[2 * seen.length];
  }

  /**
   * Counts one image.
   *
   * @param scores of each class
   * @param label the right class
   */
  void add(float[] scores, int label) {
    int before = 0;
    for (int c = 0; c < scores.length; c++) {
      if (c < label ? scores[c] >= scores[label] : scores[c] > scores[label]) {
        before++;
      }
    }
    seen[label]++;
    right[label] += before == 0 ? 1 : 0;
    few += before < FEW ? 1 : 0;
  }

  /**
   * Returns top-1 and top-5 accuracy, the mean recall over the classes that have images, and the
   * number of images.
   *
   * @throws InvalidInputException when there is none
   */
  public Map<String, Double> metrics() {
    long all = 0;
    long first = 0;
    double recall = 0;
    int present = 0;
    for (int c = 0; c < seen.length; c++) {
      all += seen[c];
      first += right[c];
      if (seen[c] > 0) {
        recall += (double) right[c] / seen[c];
        present++;
      }
    }
    if (all == 0) {
      throw new InvalidInputException("there is no readable sample to evaluate");
    }
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("top1", (double) first / all);
    metrics.put("top5", (double) few / all);
    metrics.put("mean_per_class_recall", recall / present);
    metrics.put("pictures", (double) all);
    return metrics;
  }
}
