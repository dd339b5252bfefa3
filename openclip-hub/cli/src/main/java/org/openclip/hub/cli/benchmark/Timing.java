package org.openclip.hub.cli.benchmark;

import java.util.List;

/**
 * The times of some equal calls.
 *
 * @param milliseconds one for each call, in ascending order; at least one
 */
record Timing(List<Double> milliseconds) {
  static Timing of(List<Double> milliseconds) {
    return new Timing(milliseconds.stream().sorted().toList());
  }

  /** Returns the time within which a share of the calls ended: 0.5 for the median. */
  double quantile(double share) {
    int last = milliseconds.size() - 1;
    double place = share * last;
    int below = (int) Math.floor(place);
    int above = Math.min(last, below + 1);
    double faster = milliseconds.get(below);
    return faster + (place - below) * (milliseconds.get(above) - faster);
  }

  double median() {
    return quantile(0.5);
  }

  /** Returns how many items are done in a second, by the median. */
  double perSecond(int items) {
    return items * 1000 / median();
  }
}
