package org.openclip.train.benchmark.caption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** The metrics against numbers computed by hand from the formulas of the papers. */
class CaptionScoresTest {
  private static final Offset<Double> NEAR = within(1e-7);

  private static double score(Map<String, Object> scores, String name) {
    return (double) scores.get(name);
  }

  @Test
  void bleuClipsItsCountsAndPunishesShortCaptions() {
    // "the" is in no reference more than twice; one of the pairs of words is in one.
    Map<String, Object> clipped =
        CaptionScores.of(
            List.of("the the the cat"), List.of(List.of("the cat on the mat", "a cat is here")));
    // 3 of 4 words, 1 of 3 pairs; the closest reference has 4 words, so there is no penalty.
    assertThat(score(clipped, "Bleu_1")).isCloseTo(0.75, NEAR);
    assertThat(score(clipped, "Bleu_2")).isCloseTo(Math.sqrt(0.75 / 3), NEAR);

    Map<String, Object> brief =
        CaptionScores.of(List.of("a big dog runs"), List.of(List.of("a big dog runs very fast")));
    double penalty = Math.exp(1 - 6.0 / 4);
    assertThat(score(brief, "Bleu_1")).isCloseTo(penalty, NEAR);
    assertThat(score(brief, "Bleu_4")).isCloseTo(penalty, NEAR);
  }

  @Test
  void bleuCountsOverTheWholeCorpusAndTheShorterOfTwoClosestReferences() {
    Map<String, Object> scores =
        CaptionScores.of(
            List.of("a b c", "x y z"), List.of(List.of("a b c q", "a b"), List.of("x y z")));

    // Lengths 3 + 3 of wanted 2 + 3: no penalty. 6 of 6 words, 4 of 4 pairs, 2 of 2 triples.
    assertThat(score(scores, "Bleu_1")).isCloseTo(1, NEAR);
    assertThat(score(scores, "Bleu_3")).isCloseTo(1, NEAR);
    // No caption has four words: 1e-15 / 1e-9, to the power of a quarter.
    assertThat(score(scores, "Bleu_4")).isCloseTo(Math.pow(1e-6, 0.25), within(1e-6));
  }

  @Test
  void rougeTakesTheLongestCommonSubsequence() {
    Map<String, Object> scores =
        CaptionScores.of(
            List.of("police killed the gunman"), List.of(List.of("police kill the gunman now")));

    double precision = 3 / 4.0;
    double recall = 3 / 5.0;
    double expected = (1 + 1.44) * precision * recall / (recall + 1.44 * precision);
    assertThat(score(scores, "ROUGE_L")).isCloseTo(expected, NEAR);
    assertThat(score(CaptionScores.of(List.of("x"), List.of(List.of("y"))), "ROUGE_L")).isZero();
  }

  @Test
  void ciderWeighsRareWordsAndLengths() {
    Map<String, Object> scores =
        CaptionScores.of(
            List.of("a red cat", "one two"),
            List.of(List.of("a red cat", "a cat"), List.of("one two a")));

    // Picture 1: "a" is in both pictures' references and weighs nothing, all else weighs log 2.
    // Against itself: words 1, pairs 1, triples 1, none of four.
    double same = 3 / 4.0;
    // Against "a cat": words cat / (|red cat| |cat|) = 1 / sqrt 2; pairs none; 2 pairs against 1.
    double other = 1 / Math.sqrt(2) * Math.exp(-1 / 72.0) / 4;
    double first = 10 * (same + other) / 2;
    // Picture 2: words (one, two) are all that weighs; pairs 1 of 2; a pair against two.
    double second = 10 * (1 + 1 / Math.sqrt(2)) / 4 * Math.exp(-1 / 72.0);
    assertThat(score(scores, "CIDEr")).isCloseTo((first + second) / 2, NEAR);
  }

  @Test
  void punctuationAndCapitalsDoNotCount() {
    Map<String, Object> scores =
        CaptionScores.of(
            List.of("A dog's bowl, on the floor.", "two cats"),
            List.of(List.of("a dog 's bowl on the floor!"), List.of("two cats")));

    assertThat(scores.keySet())
        .containsExactly("Bleu_1", "Bleu_2", "Bleu_3", "Bleu_4", "ROUGE_L", "CIDEr");
    assertThat(score(scores, "Bleu_1")).isCloseTo(1, NEAR);
    assertThat(score(scores, "ROUGE_L")).isCloseTo(1, NEAR);
  }

  @Test
  void anEmptyCaptionIsWorthNothing() {
    Map<String, Object> scores =
        CaptionScores.of(List.of("...", "a cat"), List.of(List.of("a dog"), List.of("a cat")));

    assertThat(score(scores, "ROUGE_L")).isCloseTo(0.5, NEAR);
    assertThat(score(scores, "Bleu_1")).isCloseTo(Math.exp(1 - 4 / 2.0), within(1e-6));
  }
}
