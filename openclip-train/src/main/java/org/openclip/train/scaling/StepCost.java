package org.openclip.train.scaling;

import java.util.List;
import java.util.Locale;

/**
 * The measured cost of a step with several processes on one machine.
 *
 * @param processes how many there are
 * @param seconds of a step of processes that train together, the median
 * @param apart seconds of a step of as many processes at the same time that do not, the median
 * @param bytes that a process sends in a step; NaN where the system does not tell
 * @param memory the most bytes that a process has taken; 0 where the system does not tell
 */
public record StepCost(int processes, double seconds, double apart, double bytes, long memory) {
  /** Returns the share of a step that processes wait for each other, and send. */
  public double share() {
    return Math.max(0, (seconds - apart) / seconds);
  }

  /** Returns a table in Markdown. */
  public static String table(List<StepCost> costs) {
    StringBuilder table = new StringBuilder();
    table.append(
        "| processes | step | step apart | share of sending | sent by each | memory of each |\n");
    table.append("|--:|--:|--:|--:|--:|--:|\n");
    for (StepCost cost : costs) {
      table.append(
          String.format(
              Locale.ROOT,
              "| %d | %.0f ms | %.0f ms | %.0f%% | %s | %s |\n",
              cost.processes,
              1000 * cost.seconds,
              1000 * cost.apart,
              100 * cost.share(),
              Double.isNaN(cost.bytes)
                  ? ""
                  : String.format(Locale.ROOT, "%.1f MB", cost.bytes / 1e6),
              cost.memory == 0 ? "" : String.format(Locale.ROOT, "%.2f GB", cost.memory / 1e9)));
    }
    return table.toString();
  }
}
