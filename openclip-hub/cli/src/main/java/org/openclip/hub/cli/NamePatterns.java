package org.openclip.hub.cli;

import java.util.List;
import java.util.Locale;

/**
 * Matches names by substring, or by patterns with {@code *} and {@code ?}, ignoring case. A name
 * fits when one of several does, and when there are none.
 */
public record NamePatterns(List<String> patterns) {
  public NamePatterns {
    patterns = patterns.stream().map(p -> p.toLowerCase(Locale.ROOT).replace('/', '-')).toList();
  }

  public boolean match(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return patterns.isEmpty() || patterns.stream().anyMatch(p -> like(lower, p));
  }

  private static boolean like(String name, String pattern) {
    if (!pattern.contains("*") && !pattern.contains("?")) {
      return name.contains(pattern);
    }
    String literal = pattern.replaceAll("[^*?]+", "\\\\Q$0\\\\E");
    return name.matches(literal.replace("*", ".*").replace("?", "."));
  }

  @Override
  public String toString() {
    return String.join(" or ", patterns);
  }
}
