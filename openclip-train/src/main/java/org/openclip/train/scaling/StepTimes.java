package org.openclip.train.scaling;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** When each process of some has made each step, as their lines tell. */
final class StepTimes {
  private static final Pattern STEP = Pattern.compile("\\[(\\d+)] epoch \\d+ step (\\d+)/.*");

  private final Map<Integer, List<Long>> times = new TreeMap<>();
  private final StringBuilder others = new StringBuilder();

  /** Returns a stream that takes note of the lines that are written to it. */
  PrintStream stream() {
    return new PrintStream(
        new OutputStream() {
          private final ByteArrayOutputStream line = new ByteArrayOutputStream();

          @Override
          public void write(int b) {
            if (b == '\n') {
              take(line.toString(StandardCharsets.UTF_8));
              line.reset();
            } else {
              line.write(b);
            }
          }
        },
        true,
        StandardCharsets.UTF_8);
  }

  private synchronized void take(String line) {
    Matcher step = STEP.matcher(line);
    if (step.matches()) {
      times
          .computeIfAbsent(Integer.parseInt(step.group(1)), rank -> new ArrayList<>())
          .add(System.nanoTime());
    } else {
      others.append(line).append('\n');
    }
  }

  /** Returns how many steps the slowest of some processes has made. */
  synchronized int made(int processes) {
    return times.size() < processes
        ? 0
        : times.values().stream().mapToInt(List::size).min().orElse(0);
  }

  /** Returns the median of the seconds of all steps but the first ones. */
  synchronized double median(int first) {
    double[] seconds =
        times.values().stream()
            .flatMapToDouble(
                list ->
                    java.util.stream.IntStream.range(Math.max(1, first), list.size())
                        .mapToDouble(i -> (list.get(i) - list.get(i - 1)) / 1e9))
            .sorted()
            .toArray();
    return seconds.length == 0 ? Double.NaN : seconds[seconds.length / 2];
  }

  /** Returns what else was said. */
  synchronized String others() {
    String[] lines = others.toString().split("\n", -1);
    return String.join(
        "\n", Arrays.asList(lines).subList(Math.max(0, lines.length - 20), lines.length));
  }
}
