package org.openclip.examples.emoji;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What an emoji stands for, whoever draws it.
 *
 * @param key its code points in hexadecimal, without variation selectors
 * @param name its name in Unicode's CLDR, such as {@code grinning face}
 * @param formal its name in the Unicode standard, in small letters
 * @param shortNames what people type for it, with spaces
 * @param group such as {@code flags}
 * @param subgroup such as {@code face smiling}
 * @param tags words about it
 */
record Concept(
    String key,
    String name,
    String formal,
    List<String> shortNames,
    String group,
    String subgroup,
    List<String> tags) {
  /** Returns code points as all vendors' files can be compared by them. */
  static String key(String codes) {
    return codes.toLowerCase(Locale.ROOT).replace("-fe0f", "");
  }

  /**
   * Reads all emoji without skin tones, in Unicode's order.
   *
   * @param datasource the file {@code emoji.json} of the package emoji-datasource-google
   * @param openmoji the file {@code data/openmoji.json} of the package openmoji
   */
  static List<Concept> read(Path datasource, Path openmoji) throws IOException {
    Map<String, Map<String, Object>> named = new HashMap<>();
    for (Object entry : JSON.std.listFrom(openmoji.toFile())) {
      Map<String, Object> emoji = map(entry);
      named.put(key(text(emoji, "hexcode")), emoji);
    }
    List<Map<String, Object>> all = new ArrayList<>();
    for (Object entry : JSON.std.listFrom(datasource.toFile())) {
      Map<String, Object> emoji = map(entry);
      if (!text(emoji, "category").equals("Component")) {
        all.add(emoji);
      }
    }
    all.sort((a, b) -> Integer.compare(number(a, "sort_order"), number(b, "sort_order")));
    Map<String, Concept> concepts = new LinkedHashMap<>();
    for (Map<String, Object> emoji : all) {
      String key = key(text(emoji, "unified"));
      Map<String, Object> names = named.get(key);
      if (names == null) {
        throw new IOException("OpenMoji does not name " + key);
      }
      List<String> shortNames = new ArrayList<>();
      if (emoji.get("short_names") instanceof List<?> list) {
        list.forEach(n -> shortNames.add(String.valueOf(n).replace('_', ' ').replace('-', ' ')));
      }
      List<String> tags = new ArrayList<>();
      for (String field : List.of("tags", "openmoji_tags")) {
        for (String tag : text(names, field).split(",", -1)) {
          if (!tag.isBlank() && !tags.contains(tag.strip())) {
            tags.add(tag.strip());
          }
        }
      }
      Concept concept =
          new Concept(
              key,
              text(names, "annotation"),
              text(emoji, "name").toLowerCase(Locale.ROOT),
              shortNames,
              text(names, "group"),
              text(names, "subgroups").replace('-', ' '),
              tags);
      concepts.put(concept.name(), concept);
    }
    if (concepts.size() != all.size()) {
      throw new IOException(all.size() + " emoji have only " + concepts.size() + " names");
    }
    return List.copyOf(concepts.values());
  }

  private static Map<String, Object> map(Object entry) {
    Map<String, Object> map = new LinkedHashMap<>();
    ((Map<?, ?>) entry).forEach((k, v) -> map.put(String.valueOf(k), v));
    return map;
  }

  private static String text(Map<String, Object> emoji, String field) {
    Object value = emoji.get(field);
    return value == null ? "" : value.toString();
  }

  private static int number(Map<String, Object> emoji, String field) {
    return ((Number) emoji.get(field)).intValue();
  }
}
