package org.openclip.train.benchmark.caption;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * BLEU of a corpus (Papineni et al. 2002, ACL): the geometric mean of the shares of n-grams that a
 * reference has too, times a penalty for captions that are shorter than their closest reference.
 */
final class Bleu {
  /** What pycocoevalcap adds so that nothing is divided by 0. */
  private static final double SMALL = 1e-9;

  private static final double TINY = 1e-15;

  private final long[] guessed = new long[NGrams.LONGEST];
  private final long[] right = new long[NGrams.LONGEST];
  private long written;
  private long wanted;

  private Bleu() {}

  /** Returns BLEU-1 to BLEU-4. */
  static List<Double> of(List<CaptionPair> pairs) {
    Bleu bleu = new Bleu();
    pairs.forEach(bleu::count);
    return bleu.scores();
  }

  private void count(CaptionPair pair) {
    NGrams own = NGrams.of(pair.written());
    Map<List<String>, Integer> most = new HashMap<>();
    List<Integer> lengths = new ArrayList<>();
    for (String reference : pair.references()) {
      NGrams theirs = NGrams.of(reference);
      lengths.add(theirs.words());
      theirs.counts().forEach((words, count) -> most.merge(words, count, Math::max));
    }
    written += own.words();
    wanted += closest(lengths, own.words());
    for (int n = 0; n < NGrams.LONGEST; n++) {
      guessed[n] += Math.max(0, own.words() - n);
    }
    own.counts()
        .forEach(
            (words, count) ->
                right[words.size() - 1] += Math.min(count, most.getOrDefault(words, 0)));
  }

  /** Returns the length nearest to that of the written caption; of two, the shorter. */
  private static int closest(List<Integer> lengths, int length) {
    return lengths.stream()
        .min(
            Comparator.comparingInt((Integer other) -> Math.abs(other - length))
                .thenComparing(Comparator.naturalOrder()))
        .orElseThrow();
  }

  private List<Double> scores() {
    double ratio = (written + TINY) / (wanted + SMALL);
    double penalty = ratio < 1 ? Math.exp(1 - 1 / ratio) : 1;
    List<Double> scores = new ArrayList<>();
    double product = 1;
    for (int n = 0; n < NGrams.LONGEST; n++) {
      product *= (right[n] + TINY) / (guessed[n] + SMALL);
      scores.add(Math.pow(product, 1.0 / (n + 1)) * penalty);
    }
    return scores;
  }
}
