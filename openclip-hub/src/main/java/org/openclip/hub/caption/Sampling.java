package org.openclip.hub.caption;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.openclip.api.model.CaptionOptions;
import org.openclip.api.model.CaptionOptions.Chance;
import org.openclip.api.model.CaptionOptions.SpecialIds;

/** Captions by chance, one beginning for each picture, which ends at the longest length. */
final class Sampling extends CaptionSearch {
  private final Chance chance;
  private final Consumer<float[]> selection;

  /**
   * Creates the search.
   *
   * @param chance how boldly it draws; the temperature has no part in the selection
   * @param selection sets the logits of tokens that must not be chosen to minus infinity
   */
  Sampling(CaptionOptions options, SpecialIds ids, Chance chance, Consumer<float[]> selection) {
    super(options, ids);
    this.chance = chance;
    this.selection = selection;
  }

  @Override
  public long[][] search(Continuation model, int pictures, long first) {
    long[][] captions = new long[pictures][];
    SplittableRandom[] dice = new SplittableRandom[pictures];
    for (int i = 0; i < pictures; i++) {
      captions[i] = new long[] {ids.start()};
      dice[i] = new SplittableRandom(chance.seed() + 0x9e3779b97f4a7c15L * (first + i));
    }
    for (int length = 1; length < options.maxLength(); length++) {
      int[] open = IntStream.range(0, pictures).filter(i -> !ended(captions[i])).toArray();
      if (open.length == 0) {
        break;
      }
      if (length + 1 == options.maxLength()) {
        for (int i : open) {
          captions[i] = longer(captions[i], ids.end());
        }
        break;
      }
      List<long[]> beginnings = new ArrayList<>();
      for (int i : open) {
        beginnings.add(captions[i]);
      }
      float[][] logits = model.next(beginnings, open);
      for (int k = 0; k < open.length; k++) {
        adjust(logits[k], beginnings.get(k));
        selection.accept(logits[k]);
        captions[open[k]] = longer(beginnings.get(k), draw(logits[k], dice[open[k]]));
      }
    }
    return captions;
  }

  private boolean ended(long[] caption) {
    long last = caption[caption.length - 1];
    return last == ids.end() || last == ids.pad();
  }

  private int draw(float[] logits, SplittableRandom die) {
    double most = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      most = Math.max(most, logit);
    }
    double[] weights = new double[logits.length];
    double sum = 0;
    for (int i = 0; i < logits.length; i++) {
      if (logits[i] != Float.NEGATIVE_INFINITY) {
        weights[i] = Math.exp((logits[i] - most) / chance.temperature());
        sum += weights[i];
      }
    }
    double at = die.nextDouble() * sum;
    int last = 0;
    for (int i = 0; i < weights.length; i++) {
      if (weights[i] > 0) {
        last = i;
        at -= weights[i];
        if (at < 0) {
          break;
        }
      }
    }
    return last;
  }
}
