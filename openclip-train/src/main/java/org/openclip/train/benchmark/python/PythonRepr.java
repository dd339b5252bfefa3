package org.openclip.train.benchmark.python;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes values as Python's {@code repr}, {@code ascii} and {@code str} do. */
public final class PythonRepr {
  private static final String NAN = "nan";

  private PythonRepr() {}

  /**
   * Returns what {@code str} makes of a value: a text is itself, all else is its {@link #of repr}.
   *
   * @param value a map, list, text, number, truth value, or null
   */
  public static String text(@Nullable Object value) {
    return value instanceof String text ? text : of(value);
  }

  /**
   * Returns what {@code repr} makes of a value.
   *
   * @param value a map, list, text, number, truth value, or null
   */
  public static String of(@Nullable Object value) {
    return switch (value) {
      case null -> "None";
      case Boolean truth -> truth ? "True" : "False";
      case String text -> quoted(text);
      case Double number when number.isNaN() -> NAN;
      case Double number when number.isInfinite() -> number > 0 ? "inf" : "-inf";
      case Double number -> PythonText.number(number);
      case List<?> list ->
          list.stream().map(PythonRepr::of).collect(Collectors.joining(", ", "[", "]"));
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(entry -> of(entry.getKey()) + ": " + of(entry.getValue()))
              .collect(Collectors.joining(", ", "{", "}"));
      default -> value.toString();
    };
  }

  /** Returns what {@code ascii} makes of a text: its repr, with everything else escaped. */
  static String ascii(String text) {
    StringBuilder escaped = new StringBuilder();
    quoted(text)
        .codePoints()
        .forEach(
            c -> {
              if (c > '~') {
                escape(c, escaped);
              } else {
                escaped.append((char) c);
              }
            });
    return escaped.toString();
  }

  private static String quoted(String text) {
    char quote = text.contains("'") && !text.contains("\"") ? '"' : '\'';
    StringBuilder quoted = new StringBuilder().append(quote);
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> {
                  if (c == quote) {
                    quoted.append('\\').append(quote);
                  } else if (printable(c)) {
                    quoted.appendCodePoint(c);
                  } else {
                    escape(c, quoted);
                  }
                }
              }
            });
    return quoted.append(quote).toString();
  }

  private static void escape(int c, StringBuilder to) {
    String format = c > 0xffff ? "\\U%08x" : c > 0xff ? "\\u%04x" : "\\x%02x";
    to.append(String.format(Locale.ROOT, format, c));
  }

  /** Returns whether {@code str.isprintable} accepts a character. */
  private static boolean printable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> c == ' ';
      default -> true;
    };
  }
}
