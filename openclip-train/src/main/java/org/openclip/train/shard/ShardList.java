package org.openclip.train.shard;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.hub.cli.archive.TarStream;

/**
 * The shards of a pattern with braces, {@code {a,b}} and {@code {000..123}}, or of several patterns
 * joined by {@code ::}.
 *
 * @param locations paths or URIs
 * @param factors the sampling weight of each shard; all 1 without weights
 * @param commands whether locations such as {@code pipe:COMMAND} may be run as shell commands
 */
public record ShardList(List<String> locations, List<Double> factors, boolean commands) {
  private static final int MOST = 10_000_000;

  /** Copies the lists. */
  public ShardList {
    locations = List.copyOf(locations);
    factors = List.copyOf(factors);
  }

  /** Creates a list of shards none of which is a command that is run. */
  public ShardList(List<String> locations, List<Double> factors) {
    this(locations, factors, false);
  }

  /**
   * Returns the same shards, of which commands may be run.
   *
   * @throws InvalidInputException when there are commands, but they may not
   */
  public ShardList commands(boolean allowed) {
    if (!allowed) {
      locations.stream()
          .filter(Shell::isCommand)
          .findFirst()
          .ifPresent(
              command -> {
                throw Shell.refused(command);
              });
    }
    return new ShardList(locations, factors, allowed);
  }

  /** Returns whether a pattern names shards, by its ending or because it is a command. */
  public static boolean isShard(String pattern) {
    String name = pattern.replaceAll("(?i)^(https?:[^?#]*)[?#].*$", "$1");
    return isCommand(pattern) || TarStream.isArchive(name);
  }

  /** Returns whether a pattern names commands of the shell, {@code pipe:COMMAND}. */
  public static boolean isCommand(String pattern) {
    return Shell.isCommand(pattern);
  }

  /**
   * Expands a pattern.
   *
   * @param pattern such as {@code /data/{00000..41455}.tar::/more/{0..9}.tar}
   * @param upsampling a factor for each part between {@code ::}, joined likewise; null for none
   * @throws InvalidInputException when the pattern is empty, or the numbers of parts differ
   */
  public static ShardList of(String pattern, @Nullable String upsampling) {
    List<String> parts = List.of(pattern.split("::", -1));
    List<String> weights = upsampling == null ? List.of() : List.of(upsampling.split("::", -1));
    if (upsampling != null && weights.size() != parts.size()) {
      throw new InvalidInputException(
          "there are %s upsampling factors for %s parts of '%s'; give one for each"
              .formatted(weights.size(), parts.size(), pattern));
    }
    List<String> locations = new ArrayList<>();
    List<Double> factors = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      if (parts.get(i).isBlank()) {
        throw new InvalidInputException("'" + pattern + "' has an empty part");
      }
      double factor = upsampling == null ? 1 : factor(weights.get(i));
      for (String location : expand(parts.get(i))) {
        locations.add(location);
        factors.add(factor);
      }
    }
    return new ShardList(locations, factors, false);
  }

  private static double factor(String text) {
    try {
      double factor = Double.parseDouble(text.strip());
      if (factor > 0 && factor < Double.POSITIVE_INFINITY) {
        return factor;
      }
    } catch (NumberFormatException e) {
      throw new InvalidInputException("upsampling factor '" + text + "' is not a number", e);
    }
    throw new InvalidInputException("upsampling factor '" + text + "' must be above 0");
  }

  /** Returns every text that a pattern with braces stands for, as a shell expands it. */
  static List<String> expand(String pattern) {
    int open = pattern.indexOf('{');
    int close = open < 0 ? -1 : closing(pattern, open);
    if (close < 0) {
      return List.of(pattern);
    }
    List<String> middles = alternatives(pattern.substring(open + 1, close));
    List<String> rests = expand(pattern.substring(close + 1));
    if ((long) middles.size() * rests.size() > MOST) {
      throw new InvalidInputException("'" + pattern + "' expands to more than " + MOST + " shards");
    }
    List<String> all = new ArrayList<>();
    for (String middle : middles) {
      for (String rest : rests) {
        all.add(pattern.substring(0, open) + middle + rest);
      }
    }
    return all;
  }

  private static int closing(String pattern, int open) {
    int depth = 0;
    for (int i = open; i < pattern.length(); i++) {
      if (pattern.charAt(i) == '{') {
        depth++;
      } else if (pattern.charAt(i) == '}' && --depth == 0) {
        return i;
      }
    }
    return -1;
  }

  private static List<String> alternatives(String inner) {
    List<String> range = range(inner);
    if (!range.isEmpty()) {
      return range;
    }
    List<String> found = new ArrayList<>();
    int depth = 0;
    int from = 0;
    for (int i = 0; i <= inner.length(); i++) {
      char c = i < inner.length() ? inner.charAt(i) : ',';
      depth += c == '{' ? 1 : c == '}' ? -1 : 0;
      if (i == inner.length() || (c == ',' && depth == 0)) {
        found.addAll(expand(inner.substring(from, i)));
        from = i + 1;
      }
    }
    // Braces around one word alone are part of the name.
    return found.size() == 1 ? List.of("{" + found.get(0) + "}") : found;
  }

  private static List<String> range(String inner) {
    if (!inner.matches("\\d{1,18}\\.\\.\\d{1,18}")) {
      return List.of();
    }
    int dots = inner.indexOf("..");
    String first = inner.substring(0, dots);
    String last = inner.substring(dots + 2);
    long from = Long.parseLong(first);
    long to = Long.parseLong(last);
    if (Math.abs(to - from) >= MOST) {
      throw new InvalidInputException("{" + inner + "} expands to more than " + MOST + " numbers");
    }
    boolean padded =
        (first.length() > 1 && first.startsWith("0"))
            || (last.length() > 1 && last.startsWith("0"));
    int width = padded ? Math.max(first.length(), last.length()) : 1;
    List<String> numbers = new ArrayList<>();
    for (long i = from; from <= to ? i <= to : i >= to; i += from <= to ? 1 : -1) {
      String digits = Long.toString(i);
      numbers.add("0".repeat(Math.max(0, width - digits.length())) + digits);
    }
    return numbers;
  }
}
