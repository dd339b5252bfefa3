package org.openclip.hub.caption;

import java.util.Arrays;
import org.openclip.api.model.CaptionOptions.TopK;

/** A choice from the most probable tokens, and those as probable as the last of them. */
record MostProbable(TopK top) implements Sampling.Selection {
  @Override
  public void narrow(float[] logits) {
    float[] sorted = logits.clone();
    Arrays.sort(sorted);
    float least = sorted[Math.max(0, sorted.length - top.count())];
    for (int i = 0; i < logits.length; i++) {
      if (logits[i] < least) {
        logits[i] = Float.NEGATIVE_INFINITY;
      }
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
