package org.openclip.train.command.flag;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The values of a command's flags in one canonical form: {@code 1e-3} is {@code 0.001}, and a flag
 * with its default value is left out.
 *
 * @param values those that differ from the defaults
 * @param defaults of all flags
 */
public record EffectiveFlags(Map<String, String> values, Map<String, String> defaults) {
  public EffectiveFlags {
    values = Collections.unmodifiableMap(new TreeMap<>(values));
    defaults = Collections.unmodifiableMap(new TreeMap<>(defaults));
  }

  /**
   * Returns what the flags of a command that was read amount to.
   *
   * @param depending defaults that depend on other flags, by name
   */
  public static EffectiveFlags of(CommandSpec spec, Map<String, ?> depending) {
    Map<String, String> values = new TreeMap<>();
    Map<String, String> defaults = new TreeMap<>();
    for (OptionSpec option : spec.options()) {
      if (option.usageHelp()) {
        continue;
      }
      String name = option.longestName();
      Object usual = depending.containsKey(name) ? depending.get(name) : option.initialValue();
      Object value = option.getValue();
      defaults.put(name, text(name, usual));
      if (value != null && !text(name, value).equals(defaults.get(name))) {
        values.put(name, text(name, value));
      }
    }
    return new EffectiveFlags(values, defaults);
  }

  private static String text(String name, @Nullable Object value) {
    String text = plain(value);
    return switch (name) {
      case "--precision" -> text.equals("amp") || text.equals("amp_bfloat16") ? "amp_bf16" : text;
      case "--csv-separator" -> text.equals("\\t") ? "\t" : text;
      case "--aug-cfg", "--opt-kwargs" ->
          Stream.of(text.split(" ", -1)).sorted().collect(Collectors.joining(" "));
      case "--force-image-size" -> repeated(text, 2);
      case "--image-mean", "--image-std" -> repeated(text, 3);
      default -> text;
    };
  }

  /** Writes one number for all as so many. */
  private static String repeated(String text, int times) {
    return text.isEmpty() || text.contains(" ")
        ? text
        : String.join(" ", Collections.nCopies(times, text));
  }

  private static String plain(@Nullable Object value) {
    if (value == null) {
      return "";
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, String> sorted = new TreeMap<>();
      map.forEach((k, v) -> sorted.put(String.valueOf(k), plain(v)));
      return sorted.entrySet().stream().map(Object::toString).collect(Collectors.joining(" "));
    }
    if (value instanceof Collection<?> many) {
      return many.stream().map(EffectiveFlags::plain).collect(Collectors.joining(" "));
    }
    return canonical(value.toString());
  }

  /** Writes the numbers in a text, with commas or spaces between, in one way. */
  private static String canonical(String text) {
    if (text.isBlank()) {
      return text;
    }
    List<String> parts = new ArrayList<>();
    for (String part : text.split("(?<=[ ,=])|(?=[ ,=])", -1)) {
      parts.add(number(part));
    }
    return String.join("", parts);
  }

  private static String number(String text) {
    if (!text.matches("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?")) {
      return text;
    }
    double number = Double.parseDouble(text);
    return number == Math.rint(number) && Math.abs(number) < 1e15
        ? Long.toString((long) number)
        : Double.toString(number);
  }

  /**
   * Returns what differs between the flags of a checkpoint and these.
   *
   * @param before as they were written with the checkpoint
   */
  public Map<String, String> differences(Map<String, String> before) {
    Map<String, String> differences = new TreeMap<>();
    for (Map<String, String> side : Arrays.asList(before, values)) {
      for (String name : side.keySet()) {
        String was = before.containsKey(name) ? before.get(name) : defaults.getOrDefault(name, "");
        String is = values.containsKey(name) ? values.get(name) : defaults.getOrDefault(name, "");
        if (!text(name, was).equals(text(name, is))) {
          differences.put(name, shown(before, name) + " -> " + shown(values, name));
        }
      }
    }
    return differences;
  }

  private static String shown(Map<String, String> flags, String name) {
    return flags.getOrDefault(name, "(default)");
  }
}
