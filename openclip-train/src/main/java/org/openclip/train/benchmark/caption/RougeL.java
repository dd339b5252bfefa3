package org.openclip.train.benchmark.caption;

import java.util.List;

/**
 * ROUGE-L (Lin 2004, ACL): the F score of the longest common subsequence, with recall weighing more
 * than precision. Precision and recall are each the best over the references.
 */
final class RougeL {
  private static final double BETA = 1.2;

  private RougeL() {}

  /** Returns the mean over all captions. */
  static double of(List<CaptionPair> pairs) {
    return pairs.stream().mapToDouble(RougeL::of).sum() / pairs.size();
  }

  private static double of(CaptionPair pair) {
    String[] own = words(pair.written());
    double precision = 0;
    double recall = 0;
    for (String reference : pair.references()) {
      String[] theirs = words(reference);
      double common = common(own, theirs);
      precision = Math.max(precision, common / own.length);
      recall = Math.max(recall, common / theirs.length);
    }
    double weight = BETA * BETA;
    return precision == 0 || recall == 0
        ? 0
        : (1 + weight) * precision * recall / (recall + weight * precision);
  }

  /** As Python's {@code split(" ")}: an empty caption is one empty word. */
  private static String[] words(String caption) {
    return caption.split(" ", -1);
  }

  /** Returns the length of the longest common subsequence. */
  private static int common(String[] a, String[] b) {
    int[] before = new int[b.length + 1];
    for (String word : a) {
      int[] now = new int[b.length + 1];
      for (int i = 0; i < b.length; i++) {
        now[i + 1] = word.equals(b[i]) ? before[i] + 1 : Math.max(before[i + 1], now[i]);
      }
      before = now;
    }
    return before[b.length];
  }
}
