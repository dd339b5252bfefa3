package org.openclip.hub.caption;

import java.util.Arrays;
import org.openclip.api.model.CaptionOptions;
import org.openclip.api.model.CaptionOptions.SpecialIds;

/** A search for the captions of some pictures. */
public abstract class CaptionSearch {
  final CaptionOptions options;
  final SpecialIds ids;

  CaptionSearch(CaptionOptions options, SpecialIds ids) {
    this.options = options;
    this.ids = ids;
  }

  /** Returns the search that the options ask for. */
  public static CaptionSearch of(CaptionOptions options, SpecialIds ids) {
    return switch (options.search()) {
      case CaptionOptions.Beams beams -> new BeamSearch(options, beams, ids);
      case CaptionOptions.TopK top ->
          new Sampling(options, ids, top, l -> Candidates.keepMostProbable(l, top.count()));
      case CaptionOptions.TopP top ->
          new Sampling(options, ids, top, l -> Candidates.keepProbableEnough(l, top.probability()));
    };
  }

  /**
   * Searches.
   *
   * @param pictures how many there are
   * @param first the index of the first one among all that are captioned; chance depends on it
   * @return for each picture the ids from the start to the end, which is missing where the caption
   *     was cut
   */
  public abstract long[][] search(Continuation model, int pictures, long first);

  /** Forbids an end that comes too early, and makes what a caption has already less likely. */
  final void adjust(float[] logits, long[] beginning) {
    if (beginning.length < options.minLength()) {
      logits[(int) ids.end()] = Float.NEGATIVE_INFINITY;
    }
    float penalty = (float) options.repetitionPenalty();
    if (penalty != 1) {
      Arrays.stream(beginning)
          .distinct()
          .forEach(id -> logits[(int) id] = penalised(logits[(int) id], penalty));
    }
  }

  private static float penalised(float logit, float penalty) {
    return logit < 0 ? logit * penalty : logit / penalty;
  }

  /** Returns a beginning with one more token. */
  static long[] longer(long[] beginning, long token) {
    long[] longer = Arrays.copyOf(beginning, beginning.length + 1);
    longer[beginning.length] = token;
    return longer;
  }
}
