package org.openclip.train.benchmark.python;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes numbers and texts in the format of Python, as CLIP_benchmark's files need it.
 */
public final class PythonText {
  private static final String LINE_ENDS = "\n\r\u000b\f\u001c\u001d\u001e\u0085\u2028\u2029";

  /** Python writes numbers from here on with an exponent. */
  private static final double LARGE = 1e16;

  /** And numbers below this one. */
  private static final double SMALL = 1e-4;

  private static final char NEXT_LINE = '\u0085';

  private PythonText() {}

  /** Returns the lines of a text as {@code str.splitlines} cuts them. */
  public static List<String> lines(String text) {
    List<String> lines = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < text.length(); i++) {
      if (LINE_ENDS.indexOf(text.charAt(i)) < 0) {
        continue;
      }
      lines.add(text.substring(from, i));
      if (text.charAt(i) == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n') {
        i++;
      }
      from = i + 1;
    }
    if (from < text.length()) {
      lines.add(text.substring(from));
    }
    return lines;
  }

  /** Returns a text without white space at its ends, as {@code str.strip} does. */
  public static String strip(String text) {
    int from = 0;
    int to = text.length();
    while (from < to && isSpace(text.charAt(from))) {
      from++;
    }
    while (to > from && isSpace(text.charAt(to - 1))) {
      to--;
    }
    return text.substring(from, to);
  }

  private static boolean isSpace(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == NEXT_LINE;
  }

  /**
   * Returns JSON as {@code json.dump} writes it: ASCII, blanks after commas and colons, {@code NaN}
   * and {@code Infinity}.
   *
   * @param value a map, list, text, number, truth value, or null
   */
  public static String json(Object value) {
    StringBuilder json = new StringBuilder();
    write(value, json);
    return json.toString();
  }

  private static void write(@Nullable Object value, StringBuilder json) {
    switch (value) {
      case null -> json.append("null");
      case Map<?, ?> map -> {
        String before = "{";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          json.append(before);
          quote(String.valueOf(entry.getKey()), json);
          json.append(": ");
          write(entry.getValue(), json);
          before = ", ";
        }
        json.append(map.isEmpty() ? "{}" : "}");
      }
      case List<?> list -> {
        String before = "[";
        for (Object each : list) {
          json.append(before);
          write(each, json);
          before = ", ";
        }
        json.append(list.isEmpty() ? "[]" : "]");
      }
      case String text -> quote(text, json);
      case Double number -> json.append(number(number));
      default -> json.append(value);
    }
  }

  private static void quote(String text, StringBuilder json) {
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> json.append("\\\"");
        case '\\' -> json.append("\\\\");
        case '\n' -> json.append("\\n");
        case '\r' -> json.append("\\r");
        case '\t' -> json.append("\\t");
        case '\b' -> json.append("\\b");
        case '\f' -> json.append("\\f");
        default -> {
          if (c < ' ' || c > '~') {
            json.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            json.append(c);
          }
        }
      }
    }
    json.append('"');
  }

  /** Returns a number with the fewest digits that tell it apart, in Python's notation. */
  public static String number(double number) {
    if (Double.isNaN(number)) {
      return "NaN";
    }
    if (Double.isInfinite(number)) {
      return number > 0 ? "Infinity" : "-Infinity";
    }
    double size = Math.abs(number);
    if (size == 0 || (size >= SMALL && size < LARGE)) {
      String plain = new BigDecimal(Double.toString(number)).stripTrailingZeros().toPlainString();
      String sign = number == 0 && 1 / number < 0 ? "-0.0" : plain;
      return sign.contains(".") ? sign : sign + ".0";
    }
    String[] parts = Double.toString(number).split("E", -1);
    String digits =
        parts[0].endsWith(".0") ? parts[0].substring(0, parts[0].length() - 2) : parts[0];
    int exponent = Integer.parseInt(parts[1]);
    return digits
        + String.format(Locale.ROOT, "e%s%02d", exponent < 0 ? "-" : "+", Math.abs(exponent));
  }
}
