package org.openclip.api.model;

/** Converts logits to probabilities. */
public final class Probabilities {
  private Probabilities() {}

  /** Returns the softmax of every row; rows sum to 1. */
  public static float[][] softmax(float[][] logits) {
    float[][] result = new float[logits.length][];
    for (int i = 0; i < logits.length; i++) {
      double largest = Double.NEGATIVE_INFINITY;
      for (float logit : logits[i]) {
        largest = Math.max(largest, logit);
      }
      double sum = 0;
      double[] powers = new double[logits[i].length];
      for (int j = 0; j < powers.length; j++) {
        powers[j] = Math.exp(logits[i][j] - largest);
        sum += powers[j];
      }
      result[i] = new float[powers.length];
      for (int j = 0; j < powers.length; j++) {
        result[i][j] = (float) (powers[j] / sum);
      }
    }
    return result;
  }

  /** Returns {@code 1 / (1 + e⁻ˣ)} of every logit. */
  public static float[][] sigmoid(float[][] logits) {
    float[][] result = new float[logits.length][];
    for (int i = 0; i < logits.length; i++) {
      result[i] = new float[logits[i].length];
      for (int j = 0; j < logits[i].length; j++) {
        result[i][j] = (float) (1 / (1 + Math.exp(-logits[i][j])));
      }
    }
    return result;
  }
}
