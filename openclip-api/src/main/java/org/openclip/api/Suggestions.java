package org.openclip.api;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Finds the known names nearest to a misspelt name by Levenshtein distance, for "did you mean"
 * messages.
 */
public final class Suggestions {
  private static final int MOST = 3;

  private Suggestions() {}

  /**
   * Returns at most three known names within a third of the name's length in edits, nearest first.
   * Case, dashes and underscores do not count as differences.
   */
  public static List<String> nearest(String name, Collection<String> known) {
    String wanted = fold(name);
    int bound = Math.max(1, wanted.length() / 3);
    record Candidate(String name, int distance) {}
    return known.stream()
        .map(k -> new Candidate(k, distance(wanted, fold(k))))
        .filter(c -> c.distance() <= bound)
        .sorted(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::name))
        .limit(MOST)
        .map(Candidate::name)
        .toList();
  }

  private static String fold(String name) {
    return name.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
  }

  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitution = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(substitution, Math.min(previous[j], row[j - 1]) + 1);
      }
      previous = row;
    }
    return previous[b.length()];
  }
}
