package org.openclip.hub.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the benchmark of the towers for both sides in turns, for machines are noisy, and prints the
 * ratio of the medians.
 */
public final class TowerComparison {
  private TowerComparison() {}

  /** Runs all cases; the settings are system properties. */
  public static void main(String[] arguments) throws RunnerException {
    Path peer = Path.of(System.getProperty("openclip.peer", ""));
    if (!Files.exists(peer.resolve("vit-b-32-visual.pt"))) {
      System.err.println(
          "no vit-b-32-visual.pt in '" + peer + "'; name its folder by -Dopenclip.peer=FOLDER");
      System.exit(2);
    }
    int rounds = Integer.getInteger("openclip.rounds", 3);
    Map<String, List<Double>> ours = new TreeMap<>();
    Map<String, List<Double>> theirs = new TreeMap<>();
    for (int round = 0; round < rounds; round++) {
      run(TowerBenchmark.OPENCLIP, ours);
      run(TowerBenchmark.PYTORCH, theirs);
    }
    System.out.printf("%-12s %12s %12s %8s%n", "batch", "openclip", "pytorch", "ratio");
    ours.forEach(
        (name, times) -> {
          double mine = median(times);
          double other = median(theirs.getOrDefault(name, List.of()));
          System.out.printf("%-12s %9.1f ms %9.1f ms %7.1fx%n", name, mine, other, other / mine);
        });
  }

  /** Adds the time of a call in milliseconds, one for each iteration, by tower and batch. */
  private static void run(String side, Map<String, List<Double>> times) throws RunnerException {
    for (RunResult result : run(side)) {
      String tower = result.getParams().getBenchmark().replaceAll(".*\\.", "");
      List<Double> all =
          times.computeIfAbsent(
              tower + " " + result.getParams().getParam("batch"), key -> new ArrayList<>());
      result
          .getBenchmarkResults()
          .forEach(
              fork ->
                  fork.getIterationResults()
                      .forEach(iteration -> all.add(iteration.getPrimaryResult().getScore())));
    }
  }

  private static Iterable<RunResult> run(String side) throws RunnerException {
    int threads = Integer.getInteger("openclip.threads", 2);
    return new Runner(
            new OptionsBuilder()
                .include(TowerBenchmark.class.getName())
                .param("side", side)
                .forks(1)
                .warmupIterations(1)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(3)
                .measurementTime(TimeValue.seconds(1))
                .verbosity(VerboseMode.SILENT)
                .jvmArgsAppend(
                    "-Xmx2g",
                    "--enable-native-access=ALL-UNNAMED",
                    "-Dai.djl.offline=true",
                    "-Dai.djl.pytorch.graph_optimizer=false",
                    "-Dai.djl.pytorch.num_threads=" + threads,
                    "-Dai.djl.pytorch.num_interop_threads=1")
                .build())
        .run();
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.isEmpty() ? Double.NaN : sorted.get(sorted.size() / 2);
  }
}
