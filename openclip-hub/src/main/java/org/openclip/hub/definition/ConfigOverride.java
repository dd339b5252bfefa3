package org.openclip.hub.definition;

import java.util.LinkedHashMap;
import java.util.Map;
import org.openclip.api.InvalidConfigException;

/** Sets one value deep in a configuration. */
public final class ConfigOverride {
  private ConfigOverride() {}

  /**
   * Returns a copy of an object with one value set.
   *
   * @param key the keys on the way to it, with dots between; objects that are missing are added
   */
  static Map<String, Object> apply(Map<String, Object> json, String key, Object value) {
    return apply(json, key, key, value);
  }

  private static Map<String, Object> apply(
      Map<String, Object> json, String path, String whole, Object value) {
    Map<String, Object> copy = new LinkedHashMap<>(json);
    int dot = path.indexOf('.');
    if (dot < 0) {
      copy.put(path, value);
      return copy;
    }
    String head = path.substring(0, dot);
    Map<String, Object> child = new LinkedHashMap<>();
    Object old = copy.get(head);
    if (old instanceof Map<?, ?> map) {
      map.forEach((k, v) -> child.put(String.valueOf(k), v));
    } else if (old != null) {
      throw new InvalidConfigException(
          whole, "cannot be set, because " + head + " is " + old + ", not an object");
    }
    copy.put(head, apply(child, path.substring(dot + 1), whole, value));
    return copy;
  }
}
