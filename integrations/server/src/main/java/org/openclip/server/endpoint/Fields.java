package org.openclip.server.endpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openclip.server.http.Problem;

/** Reads the fields of a request and says what is wrong with them. */
final class Fields {
  private Fields() {}

  /** Returns a text; empty when the field is missing or null. */
  static Optional<String> text(Map<String, Object> object, String name) {
    Object value = object.get(name);
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof String text) {
      return Optional.of(text);
    }
    throw wrong(name, value, "a string");
  }

  /** Returns a whole number; the default when the field is missing or null. */
  static int number(Map<String, Object> object, String name, int missing, int least, int most) {
    Object value = object.get(name);
    if (value == null) {
      return missing;
    }
    if (!(value instanceof Integer number)) {
      throw wrong(name, value, "a whole number");
    }
    if (number < least || number > most) {
      throw Problem.invalid(
          "%s is %s, but must be from %s to %s".formatted(name, number, least, most));
    }
    return number;
  }

  /** Returns a list of texts; an empty one when the field is missing or null. */
  static List<String> texts(Map<String, Object> object, String name) {
    List<String> texts = new ArrayList<>();
    for (Object value : list(object, name)) {
      if (!(value instanceof String text)) {
        throw wrong("%s[%s]".formatted(name, texts.size()), value, "a string");
      }
      texts.add(text);
    }
    return texts;
  }

  /** Returns a list; an empty one when the field is missing or null. */
  static List<?> list(Map<String, Object> object, String name) {
    Object value = object.get(name);
    if (value == null) {
      return List.of();
    }
    if (value instanceof List<?> list) {
      return list;
    }
    throw wrong(name, value, "a list");
  }

  static Problem wrong(String name, @Nullable Object value, String wanted) {
    return Problem.invalid("%s is %s, but must be %s".formatted(name, describe(value), wanted));
  }

  private static String describe(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case String text -> "a string";
      case Boolean flag -> flag.toString();
      case Number number -> number.toString();
      case List<?> list -> "a list";
      case Map<?, ?> map -> "an object";
      default -> "of another type";
    };
  }
}
