package org.openclip.hub.caption;

import java.util.List;

/**
 * A continuation whose logits are the natural logarithms of probabilities, so that sums of them
 * compare texts.
 *
 * @param model tells logits
 */
public record LogProbabilities(Continuation model) implements Continuation {
  @Override
  public float[][] next(List<long[]> beginnings, int[] pictures) {
    float[][] logits = model.next(beginnings, pictures);
    for (float[] row : logits) {
      normalise(row);
    }
    return logits;
  }

  private static void normalise(float[] row) {
    float most = Float.NEGATIVE_INFINITY;
    for (float logit : row) {
      most = Math.max(most, logit);
    }
    double sum = 0;
    for (float logit : row) {
      sum += Math.exp(logit - (double) most);
    }
    double shift = most + Math.log(sum);
    for (int i = 0; i < row.length; i++) {
      row[i] = (float) (row[i] - shift);
    }
  }
}
