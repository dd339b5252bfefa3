package org.openclip.train.command;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The values of {@code --aug-cfg}, as JSON has them. */
final class AugmentationFlag {
  private AugmentationFlag() {}

  /** Reads numbers, lists of numbers with commas, brackets or not, and truth values. */
  static Map<String, Object> read(Map<String, String> texts) {
    Map<String, Object> json = new LinkedHashMap<>();
    texts.forEach((key, text) -> json.put(key, value(text)));
    return json;
  }

  private static Object value(String text) {
    String plain = text.replaceAll("[\\[\\]() ]", "");
    if (plain.equalsIgnoreCase("true") || plain.equalsIgnoreCase("false")) {
      return Boolean.valueOf(plain.toLowerCase(Locale.ROOT));
    }
    List<Object> numbers = new ArrayList<>();
    try {
      for (String part : plain.split(",", -1)) {
        numbers.add(Double.valueOf(part));
      }
    } catch (NumberFormatException e) {
      return text;
    }
    return numbers.size() == 1 ? numbers.get(0) : numbers;
  }
}
