package org.openclip.train.benchmark.python;

import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;

/**
 * Fills in templates as Python's {@code str.format} does with named texts: {@code {name}}, with a
 * conversion ({@code {name!r}}) and a format ({@code {name:>10}}); doubled braces stand for one.
 * Attributes, indices and nested fields are refused.
 */
public final class PythonFormat {
  private static final Pattern FIELD =
      Pattern.compile("([^{}!:]*)(?:!([^{}:]*))?(?::([^{}]*))?", Pattern.DOTALL);

  /** {@code [[fill]align][0][width][.precision][s]}, what Python knows of texts. */
  private static final Pattern FORMAT =
      Pattern.compile("(?:(.)??([<>^]))?(0)?(\\d{1,4})?(?:\\.(\\d{1,4}))?s?", Pattern.DOTALL);

  private PythonFormat() {}

  /**
   * Fills a template in.
   *
   * @param values the texts by their names
   * @throws InvalidInputException when Python would refuse the template, or nothing here reads it;
   *     the message names it
   */
  public static String fill(String template, Map<String, String> values) {
    StringBuilder text = new StringBuilder();
    int at = 0;
    while (at < template.length()) {
      char c = template.charAt(at);
      if (c != '{' && c != '}') {
        text.append(c);
        at++;
      } else if (at + 1 < template.length() && template.charAt(at + 1) == c) {
        text.append(c);
        at += 2;
      } else {
        int end = template.indexOf('}', at);
        Matcher field = FIELD.matcher(end <= at ? "{" : template.substring(at + 1, end));
        if (!field.matches()) {
          throw refused(template, "a brace that is neither part of a field nor doubled");
        }
        text.append(field(template, field, values));
        at = end + 1;
      }
    }
    return text.toString();
  }

  private static String field(String template, Matcher field, Map<String, String> values) {
    String value = values.get(field.group(1));
    if (value == null) {
      throw refused(
          template,
          "{%s}, but the supported placeholders are %s"
              .formatted(field.group(1), new TreeSet<>(values.keySet())));
    }
    String converted = converted(template, value, field.group(2));
    String format = field.group(3);
    return format == null ? converted : formatted(template, converted, format);
  }

  private static String converted(String template, String value, @Nullable String conversion) {
    return switch (conversion) {
      case null -> value;
      case "s" -> value;
      case "r" -> PythonRepr.of(value);
      case "a" -> PythonRepr.ascii(value);
      default -> throw refused(template, "the conversion !" + conversion + "; use !r, !s or !a");
    };
  }

  private static String formatted(String template, String value, String format) {
    Matcher parts = FORMAT.matcher(format);
    if (!parts.matches()) {
      throw refused(
          template, "the format '" + format + "'; those of texts are such as >10, *^20 and .5");
    }
    int length = value.codePointCount(0, value.length());
    String cut = value;
    if (parts.group(5) != null && Integer.parseInt(parts.group(5)) < length) {
      length = Integer.parseInt(parts.group(5));
      cut = value.substring(0, value.offsetByCodePoints(0, length));
    }
    int missing = parts.group(4) == null ? 0 : Integer.parseInt(parts.group(4)) - length;
    if (missing <= 0) {
      return cut;
    }
    String given = parts.group(1);
    String fill = given != null && !given.isEmpty() ? given : parts.group(3) == null ? " " : "0";
    String align = parts.group(2) == null ? "<" : parts.group(2);
    int before =
        switch (align) {
          case ">" -> missing;
          case "^" -> missing / 2;
          default -> 0;
        };
    return fill.repeat(before) + cut + fill.repeat(missing - before);
  }

  private static InvalidInputException refused(String template, String what) {
    return new InvalidInputException("template '%s' has %s".formatted(template, what));
  }
}
