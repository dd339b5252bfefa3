package org.openclip.search.query;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openclip.api.InvalidInputException;

/**
 * A condition on pictures of an index, such as {@code tag=cat}, {@code path=holiday/*}, {@code
 * caption=red heart} or {@code year>=2020}.
 *
 * @param field {@code path}, {@code caption}, {@code tag}, or a further field of the index
 * @param comparison how its value compares
 * @param value for paths with {@code *} for anything, for captions words that all occur, for other
 *     fields the whole value
 */
public record Filter(String field, Comparison comparison, String value) {
  private static final Pattern TEXT =
      Pattern.compile("(?s)([^=!<>]+?)\\s*(!=|>=|<=|=|>|<)\\s*(.*)");

  /** How values compare. */
  public enum Comparison {
    /** Equal, for captions: has these words. */
    EQUAL("="),
    /** Not that; a picture without the field passes. */
    NOT("!="),
    /** A number of at least this. */
    AT_LEAST(">="),
    /** A number of at most this. */
    AT_MOST("<="),
    /** A larger number. */
    ABOVE(">"),
    /** A smaller number. */
    BELOW("<");

    private final String sign;

    Comparison(String sign) {
      this.sign = sign;
    }

    @Override
    public String toString() {
      return sign;
    }
  }

  /** Checks that the value is not empty. */
  public Filter {
    if (value.isBlank()) {
      throw new InvalidInputException(
          "the filter on %s has no value; write it as FIELD=VALUE".formatted(field));
    }
  }

  /**
   * Reads a filter.
   *
   * @throws InvalidInputException when there is no comparison in it
   */
  public static Filter parse(String text) {
    Matcher matcher = TEXT.matcher(text.strip());
    if (!matcher.matches()) {
      throw new InvalidInputException(
          "'%s' is not a filter; write FIELD=VALUE, or use != >= <= > or < instead of ="
              .formatted(text));
    }
    Comparison comparison =
        List.of(Comparison.values()).stream()
            .filter(c -> c.sign.equals(matcher.group(2)))
            .findFirst()
            .orElseThrow();
    return new Filter(
        matcher.group(1).strip().toLowerCase(Locale.ROOT), comparison, matcher.group(3));
  }

  /** Returns it as it is written. */
  @Override
  public String toString() {
    return field + comparison + value;
  }
}
