package org.openclip.train.benchmark.caption;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How often each sequence of one to four words occurs in a caption.
 *
 * @param words the number of words
 * @param counts by the words of the sequence
 */
record NGrams(int words, Map<List<String>, Integer> counts) {
  static final int LONGEST = 4;

  /** Python's white space, at which {@code str.split} cuts. */
  private static final String SPACE = "[\\s\\u00a0\\u001c-\\u001f\\u0085\\u2000-\\u200a\\u3000]+";

  static NGrams of(String caption) {
    List<String> words =
        Arrays.stream(caption.split(SPACE)).filter(word -> !word.isEmpty()).toList();
    Map<List<String>, Integer> counts = new LinkedHashMap<>();
    for (int length = 1; length <= LONGEST; length++) {
      for (int from = 0; from + length <= words.size(); from++) {
        counts.merge(words.subList(from, from + length), 1, Integer::sum);
      }
    }
    return new NGrams(words.size(), counts);
  }
}
