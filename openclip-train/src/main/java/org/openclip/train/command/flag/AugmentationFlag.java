package org.openclip.train.command.flag;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.openclip.api.image.Augmentation;
import org.openclip.hub.cli.UsageException;
import picocli.CommandLine.Option;

/** The flag {@code --aug-cfg} of image augmentation. */
public final class AugmentationFlag {
  @Option(
      names = "--aug-cfg",
      arity = "0..*",
      paramLabel = "KEY=VALUE",
      description =
          "Augmentation options, such as scale=0.5,1.0; use_timm=true uses timm's augmentation.")
  private Map<String, String> texts = new LinkedHashMap<>();

  /**
   * Returns the augmentation.
   *
   * @param naflex whether images are trained on in their own shapes, always with timm's
   *     augmentation
   */
  public Augmentation augmentation(boolean naflex) {
    return Augmentation.of(json(naflex));
  }

  /** Returns what is to be said of keys that do nothing, in lines. */
  public List<String> notes(boolean naflex) {
    Map<String, Object> json = json(naflex);
    if (!Boolean.TRUE.equals(json.get("use_timm"))) {
      return List.of();
    }
    return Stream.of("color_jitter_prob", "gray_scale_prob")
        .filter(json::containsKey)
        .map(
            key ->
                "--aug-cfg %s has no effect with %s, as in open_clip"
                    .formatted(key, naflex ? "--use-naflex" : "use_timm"))
        .toList();
  }

  /** Reads numbers, lists of numbers with commas, brackets or not, and truth values. */
  private Map<String, Object> json(boolean naflex) {
    Map<String, Object> json = new LinkedHashMap<>();
    texts.forEach(
        (key, text) -> {
          if (!text.equals("None")) { // As scripts of the reference leave something to its default.
            json.put(key, value(text));
          }
        });
    if (!naflex && Boolean.TRUE.equals(json.get("naflex"))) {
      throw new UsageException(
          "--aug-cfg naflex=true needs 'openclip train --use-naflex', which sets it; leave it out");
    }
    if (naflex) {
      json.put("use_timm", true);
      json.remove("naflex");
    }
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
