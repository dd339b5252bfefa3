package org.openclip.hub.caption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.openclip.api.model.CaptionOptions;
import org.openclip.api.model.CaptionOptions.SpecialIds;

/** Beams that are ranked by probabilities rather than by logits. */
class LogProbabilitiesTest {
  private static final SpecialIds IDS = new SpecialIds(0, 1, 2);
  private static final int WORD = 3;

  /**
   * A model that ends a text after one word with a probability near 1, though with a smaller logit
   * than that of any word at the other places.
   */
  private static final Continuation MODEL =
      (beginnings, pictures) ->
          beginnings.stream()
              .map(
                  text ->
                      text.length == 2 ? new float[] {-9, 3, -9, -3} : new float[] {-9, -9, -9, 20})
              .toArray(float[][]::new);

  private static long[] best(Continuation model) {
    CaptionOptions options = CaptionOptions.DEFAULT.withLength(1, 6);
    return CaptionSearch.of(options, IDS).search(model, 1, 0)[0];
  }

  @Test
  void theMostProbableTextWins() {
    assertThat(best(new LogProbabilities(MODEL))).containsExactly(0, WORD, 1);
    assertThat(best(MODEL)).as("by logits").hasSizeGreaterThan(3);
  }

  @Test
  void probabilitiesAddUpToOne() {
    float[][] rows =
        new LogProbabilities((beginnings, pictures) -> new float[][] {{1, 2, 3}, {900, 900, -900}})
            .next(List.of(), new int[0]);

    assertThat(rows[0][2]).isCloseTo(-0.407606f, within(1e-5f));
    assertThat(rows[1]).containsExactly(-0.6931472f, -0.6931472f, -1800.6931f);
  }
}
