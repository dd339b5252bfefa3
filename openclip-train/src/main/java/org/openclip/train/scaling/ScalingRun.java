package org.openclip.train.scaling;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import org.openclip.api.OpenClipException;
import org.openclip.train.distributed.LocalRanks;

/**
 * Measures short trainings with several processes on this machine. The same number of processes is
 * measured apart, too, since they share the processors: what is left is the sending.
 *
 * @param command the command line of a process, which tells every step in a line
 * @param warm steps that do not count
 * @param steps that count
 */
public record ScalingRun(List<String> command, int warm, int steps) {
  private static final long PAUSE_MILLIS = 20;

  /**
   * Measures processes.
   *
   * @param together the variables of processes that train together, by rank, for their number
   */
  public StepCost measure(int processes, IntFunction<Map<Integer, Map<String, String>>> together) {
    Map<Integer, Map<String, String>> alone = new LinkedHashMap<>();
    together
        .apply(1)
        .forEach(
            (rank, variables) -> {
              for (int i = 0; i < processes; i++) {
                alone.put(i, variables);
              }
            });
    Measured apart = run(alone, processes);
    Measured one = processes == 1 ? apart : run(together.apply(processes), 1);
    return new StepCost(processes, one.seconds, apart.seconds, one.bytes / processes, one.memory);
  }

  private record Measured(double seconds, double bytes, long memory) {}

  /** Runs processes of which some tell their steps. */
  private Measured run(Map<Integer, Map<String, String>> environments, int telling) {
    StepTimes times = new StepTimes();
    try (PrintStream said = times.stream();
        LocalRanks ranks = LocalRanks.start(command, environments, said, said)) {
      waitFor(ranks, times, telling, warm);
      double before = SystemCounters.sent();
      int begun = times.made(telling);
      waitFor(ranks, times, telling, begun + steps);
      double bytes = SystemCounters.sent() - before;
      long memory = ranks.pids().stream().mapToLong(SystemCounters::most).max().orElse(0);
      return new Measured(times.median(warm), bytes / (times.made(telling) - begun), memory);
    }
  }

  private static void waitFor(LocalRanks ranks, StepTimes times, int telling, int count) {
    while (times.made(telling) < count) {
      if (!ranks.running()) {
        throw new OpenClipException(
            String.format(
                Locale.ROOT,
                "a process ended after %d steps of %d; its last output: %s",
                times.made(telling),
                count,
                times.others()));
      }
      try {
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new OpenClipException("interrupted while measuring", e);
      }
    }
  }
}
