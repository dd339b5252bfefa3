package org.openclip.train.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Seconds of what was measured, by name. */
final class Times {
  private final Map<String, List<Double>> seconds = new LinkedHashMap<>();

  /** Measures a run. */
  void measure(String name, Runnable run) {
    long begun = System.nanoTime();
    run.run();
    double taken = (System.nanoTime() - begun) / 1e9;
    seconds.computeIfAbsent(name, n -> new ArrayList<>()).add(taken);
  }

  /** Returns the median; NaN of what was not measured. */
  double median(String name) {
    List<Double> sorted = seconds.getOrDefault(name, List.of()).stream().sorted().toList();
    return sorted.isEmpty() ? Double.NaN : sorted.get(sorted.size() / 2);
  }
}
