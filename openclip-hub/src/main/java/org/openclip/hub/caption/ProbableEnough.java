package org.openclip.hub.caption;

import java.util.Comparator;
import java.util.stream.IntStream;
import org.openclip.api.model.CaptionOptions.TopP;

/**
 * A choice from the fewest tokens that together reach a probability. The temperature is no part of
 * that probability.
 */
record ProbableEnough(TopP top) implements Sampling.Selection {
  @Override
  public void narrow(float[] logits) {
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
      double probability = Math.exp(logits[i] - most) / sum;
      // The most probable token always stays, so reached is 0 for it.
      if (reached >= top.probability()) {
        logits[i] = Float.NEGATIVE_INFINITY;
      }
      reached += probability;
    }
  }

  @Override
  public double temperature() {
    return top.temperature();
  }

  @Override
  public long seed() {
    return top.seed();
  }
}
