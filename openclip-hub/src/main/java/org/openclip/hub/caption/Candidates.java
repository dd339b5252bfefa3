package org.openclip.hub.caption;

import java.util.Arrays;

/**
 * The tokens that chance may choose from; the logits of all others become minus infinity. A
 * vocabulary has tens of thousands of tokens and a choice needs few of them, so only the front of
 * their order is sorted.
 */
final class Candidates {
  /** How many tokens are sorted first; four times as many whenever they are not enough. */
  private static final int FRONT = 256;

  private Candidates() {}

  /** Keeps the most probable tokens, and those as probable as the last of them. */
  static void keepMostProbable(float[] logits, int count) {
    if (count >= logits.length) {
      return;
    }
    long[] order = order(logits);
    Selection.least(order, count);
    float least = Float.POSITIVE_INFINITY;
    for (int k = 0; k < count; k++) {
      least = Math.min(least, logits[(int) order[k]]);
    }
    for (int i = 0; i < logits.length; i++) {
      if (logits[i] < least) {
        logits[i] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  /** Keeps the fewest tokens, one at least, that together reach a probability. */
  static void keepProbableEnough(float[] logits, double probability) {
    double most = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      most = Math.max(most, logit);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - most);
    }
    long[] order = order(logits);
    double reached = 0;
    int kept = 0;
    for (int front = FRONT; kept == 0 || reached < probability; front *= 4) {
      int sorted = Math.min(front, order.length);
      Selection.least(order, sorted);
      Arrays.sort(order, 0, sorted);
      for (; kept < sorted && (kept == 0 || reached < probability); kept++) {
        reached += Math.exp(logits[(int) order[kept]] - most) / sum;
      }
      if (sorted == order.length) {
        break;
      }
    }
    for (int k = kept; k < order.length; k++) {
      logits[(int) order[k]] = Float.NEGATIVE_INFINITY;
    }
  }

  /**
   * Returns a number for each logit: the greater the logit, the less the number; equal logits have
   * the order of their tokens. The lower half of the number is the token.
   */
  private static long[] order(float[] logits) {
    long[] order = new long[logits.length];
    for (int i = 0; i < logits.length; i++) {
      int bits = Float.floatToIntBits(logits[i]);
      int ascending = bits < 0 ? bits ^ Integer.MAX_VALUE : bits;
      order[i] = ((long) ~ascending << Integer.SIZE) | i;
    }
    return order;
  }
}
