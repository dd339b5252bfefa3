package org.openclip.train.evaluation;

import java.util.LinkedHashMap;
import java.util.Map;
import org.openclip.api.InvalidInputException;

/** A count of right guesses. Of equal scores, that of the earlier class comes first. */
public final class Tally {
  private static final int FEW = 5;

  private final long[] seen;
  private final long[] right;
  private long few;

  /**
   * Starts to count.
   *
   * @param classes how many there are
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

  /** Adds what another tally of as many classes has counted. */
  public void add(long[] counts) {
    for (int c = 0; c < seen.length; c++) {
      seen[c] += counts[c];
      right[c] += counts[seen.length + c];
    }
    few += counts[2 * seen.length];
  }

  /**
   * Counts one picture.
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
   * Returns the accuracy of the first guess and of the first five, the mean over the classes seen
   * of the first guess's recall, and the number of pictures.
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
      throw new InvalidInputException("there is not one picture that can be judged");
    }
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("top1", (double) first / all);
    metrics.put("top5", (double) few / all);
    metrics.put("mean_per_class_recall", recall / present);
    metrics.put("pictures", (double) all);
    return metrics;
  }
}
