package org.openclip.models.catalogue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.openclip.models.resource.ModuleResource;

/**
 * The named sizes of a model family. A resource has one line for each size: the name, and {@code
 * key=value} for each difference from the family's defaults. A value with commas is a list. Lines
 * that start with {@code #} are comments.
 */
public final class Variants {
  private Variants() {}

  /**
   * Reads all sizes of a family.
   *
   * @param beside a class in the same package as the file
   * @param resource the file, such as {@code eva.txt}
   * @return the options of each name, as a JSON object
   */
  public static SequencedMap<String, Map<String, Object>> read(Class<?> beside, String resource) {
    SequencedMap<String, Map<String, Object>> variants = new LinkedHashMap<>();
    try (InputStream stream = ModuleResource.open(beside, resource)) {
      var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
      reader
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .forEach(
              line -> {
                String[] words = line.trim().split("\\s+", -1);
                variants.put(words[0], options(words));
              });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return variants;
  }

  private static Map<String, Object> options(String[] words) {
    Map<String, Object> options = new LinkedHashMap<>();
    for (int i = 1; i < words.length; i++) {
      int equals = words[i].indexOf('=');
      options.put(words[i].substring(0, equals), value(words[i].substring(equals + 1)));
    }
    return options;
  }

  private static Object value(String text) {
    if (text.contains(",")) {
      return Arrays.stream(text.split(",", -1)).map(Variants::value).toList();
    }
    if (text.equals("true") || text.equals("false")) {
      return Boolean.valueOf(text);
    }
    if (text.matches("-?\\d+")) {
      return Integer.valueOf(text);
    }
    return text.matches("-?[0-9.]+(e-?\\d+)?") ? Double.valueOf(text) : text;
  }
}
