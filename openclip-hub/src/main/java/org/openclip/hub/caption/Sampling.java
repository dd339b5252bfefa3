package org.openclip.hub.caption;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.openclip.api.model.CaptionOptions;
import org.openclip.api.model.CaptionOptions.SpecialIds;

/** Captions by chance, one beginning for each picture, which ends at the longest length. */
final class Sampling extends CaptionSearch {
  private final Selection selection;

  /** What chance may choose from, and how boldly. */
  interface Selection {
    /** Sets the logits of tokens that must not be chosen to minus infinity. */
    void narrow(float[] logits);

    /** Returns what logits are divided by. */
    double temperature();

    /** Returns the seed of chance. */
    long seed();
  }

  Sampling(CaptionOptions options, SpecialIds ids, Selection selection) {
    super(options, ids);
    this.selection = selection;
  }

  @Override
  public long[][] search(Continuation model, int pictures, long first) {
    long[][] captions = new long[pictures][];
    SplittableRandom[] chances = new SplittableRandom[pictures];
    for (int i = 0; i < pictures; i++) {
      captions[i] = new long[] {ids.start()};
      chances[i] = new SplittableRandom(selection.seed() + 0x9e3779b97f4a7c15L * (first + i));
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
        selection.narrow(logits[k]);
        captions[open[k]] = longer(beginnings.get(k), draw(logits[k], chances[open[k]]));
      }
    }
    return captions;
  }

  private boolean ended(long[] caption) {
    long last = caption[caption.length - 1];
    return last == ids.end() || last == ids.pad();
  }

  private int draw(float[] logits, SplittableRandom chance) {
    double most = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      most = Math.max(most, logit);
    }
    double[] weights = new double[logits.length];
    double sum = 0;
    for (int i = 0; i < logits.length; i++) {
      weights[i] = Math.exp((logits[i] - most) / selection.temperature());
      sum += weights[i];
    }
    double at = chance.nextDouble() * sum;
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
