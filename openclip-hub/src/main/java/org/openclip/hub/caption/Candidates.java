package org.openclip.hub.caption;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** The tokens that chance may choose from; the logits of all others become minus infinity. */
final class Candidates {
  private Candidates() {}

  /** Keeps the most probable tokens, and those as probable as the last of them. */
  static void keepMostProbable(float[] logits, int count) {
    float[] sorted = logits.clone();
    Arrays.sort(sorted);
    float least = sorted[Math.max(0, sorted.length - count)];
    for (int i = 0; i < logits.length; i++) {
      if (logits[i] < least) {
        logits[i] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  /** Keeps the fewest tokens, one at least, that together reach a probability. */
  static void keepProbableEnough(float[] logits, double probability) {
    int[] order =
        IntStream.range(0, logits.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -logits[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double most = logits[order[0]];
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - most);
    }
    double reached = 0;
    for (int i : order) {
      double share = Math.exp(logits[i] - most) / sum;
      if (reached >= probability) {
        logits[i] = Float.NEGATIVE_INFINITY;
      }
      reached += share;
    }
  }
}
