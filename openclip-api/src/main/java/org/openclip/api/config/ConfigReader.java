package org.openclip.api.config;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.Suggestions;

/**
 * Reads a JSON object key by key, checks types, and rejects unknown keys.
 *
 * <p>A JSON object is a {@code Map<String, Object>} whose values are {@code null}, {@link String},
 * {@link Boolean}, {@link Number}, {@link List} and {@link Map}. A key whose value is {@code null}
 * counts as absent. Not thread-safe.
 */
public final class ConfigReader {
  private final String path;
  private final Map<String, ?> json;
  private final Set<String> known = new LinkedHashSet<>();

  /**
   * Creates a reader.
   *
   * @param path the path of the object, for messages, such as {@code vision_cfg}; empty at the top
   *     level
   * @param json the object
   */
  public ConfigReader(String path, Map<String, ?> json) {
    this.path = path;
    this.json = json;
  }

  /** Returns whether the key has a value other than null. */
  public boolean has(String key) {
    known.add(key);
    return json.get(key) != null;
  }

  /** Returns an integer, or the default when the key is absent. */
  public int integer(String key, int otherwise) {
    Object value = value(key);
    if (value == null) {
      return otherwise;
    }
    if (value instanceof Number n && n.doubleValue() == n.intValue()) {
      return n.intValue();
    }
    throw wrong(key, value, "an integer");
  }

  /** Returns an integer of at least 1, or the default when the key is absent. */
  public int positive(String key, int otherwise) {
    int value = integer(key, otherwise);
    if (value < 1) {
      throw new InvalidConfigException(at(key), "is " + value + ", but must be at least 1");
    }
    return value;
  }

  /** Returns a number, or the default when the key is absent. */
  public double number(String key, double otherwise) {
    Object value = value(key);
    if (value == null) {
      return otherwise;
    }
    if (value instanceof Number n) {
      return n.doubleValue();
    }
    throw wrong(key, value, "a number");
  }

  /** Returns a boolean, or the default when the key is absent. */
  public boolean bool(String key, boolean otherwise) {
    Object value = value(key);
    if (value == null) {
      return otherwise;
    }
    if (value instanceof Boolean b) {
      return b;
    }
    throw wrong(key, value, "true or false");
  }

  /** Returns a string, or the default when the key is absent. */
  public String string(String key, String otherwise) {
    Object value = value(key);
    if (value == null) {
      return otherwise;
    }
    if (value instanceof String s) {
      return s;
    }
    throw wrong(key, value, "a string");
  }

  /** Returns one of the allowed strings, or the default when the key is absent. */
  public String choice(String key, String otherwise, List<String> allowed) {
    String value = string(key, otherwise);
    if (!allowed.contains(value)) {
      throw new InvalidConfigException(
          at(key), "'" + value + "' is not one of " + String.join(", ", allowed));
    }
    return value;
  }

  /** Returns an object, or an empty one when the key is absent. */
  public Map<String, Object> map(String key) {
    Object value = value(key);
    if (value == null) {
      return Map.of();
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> copy = new LinkedHashMap<>();
      map.forEach((k, v) -> copy.put(String.valueOf(k), v));
      return copy;
    }
    throw wrong(key, value, "an object");
  }

  /** Returns the numbers of a list, or null when the key is absent. */
  public double @Nullable [] numbers(String key) {
    Object value = value(key);
    if (value == null) {
      return null;
    }
    if (value instanceof List<?> list && list.stream().allMatch(Number.class::isInstance)) {
      return list.stream().mapToDouble(e -> ((Number) e).doubleValue()).toArray();
    }
    throw wrong(key, value, "a list of numbers");
  }

  /** Returns the strings of a list, none of them empty; an empty list when the key is absent. */
  public List<String> strings(String key) {
    Object value = value(key);
    if (value == null) {
      return List.of();
    }
    if (value instanceof List<?> list
        && list.stream().allMatch(e -> e instanceof String s && !s.isEmpty())) {
      return list.stream().map(String.class::cast).toList();
    }
    throw wrong(key, value, "a list of strings that are not empty");
  }

  /** Returns the value without any check, or null when the key is absent. */
  public @Nullable Object value(String key) {
    known.add(key);
    return json.get(key);
  }

  /** Accepts keys that have no effect. */
  public void ignore(String... keys) {
    known.addAll(List.of(keys));
  }

  /**
   * Returns the full path of a key, for messages.
   *
   * @param key a key of this object
   */
  public String at(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /**
   * Rejects every key that was neither read nor ignored. The error names the nearest known key and
   * all known keys.
   */
  public void finish() {
    for (String key : json.keySet()) {
      if (!known.contains(key)) {
        List<String> near = Suggestions.nearest(key, known);
        String meant = near.isEmpty() ? "." : "; did you mean " + String.join(" or ", near) + "?";
        throw new InvalidConfigException(
            at(key), "is not known" + meant + " Known keys: " + String.join(", ", known));
      }
    }
  }

  private InvalidConfigException wrong(String key, Object value, String expected) {
    return new InvalidConfigException(at(key), "is " + value + ", but must be " + expected);
  }
}
