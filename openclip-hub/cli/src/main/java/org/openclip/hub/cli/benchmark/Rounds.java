package org.openclip.hub.cli.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InterruptedCallException;

/**
 * Calls of several sides in turns: machines are noisy, and what slows one round down slows all
 * sides down. The first calls of each are not counted.
 *
 * @param rounds how many times every side has its turn
 * @param seconds the least time of a turn
 */
record Rounds(int rounds, double seconds) {
  private static final int WARM_UP = 2;
  private static final int LEAST_CALLS = 2;

  private record Turn(Side side, Work work, int batch) {}

  /**
   * Measures.
   *
   * @param model what the results call it
   * @param told is told what begins
   */
  List<Measured> run(
      String model,
      List<Side> sides,
      Set<Work> works,
      List<Integer> batches,
      Consumer<String> told) {
    Map<Turn, List<Double>> times = new LinkedHashMap<>();
    for (Work work : works) {
      for (int batch : batches) {
        sides.stream()
            .filter(side -> side.works(batch).contains(work))
            .forEach(side -> times.put(new Turn(side, work, batch), new ArrayList<>()));
      }
    }
    times.keySet().forEach(turn -> warmUp(turn));
    for (int round = 1; round <= rounds; round++) {
      told.accept("round %s of %s of %s".formatted(round, rounds, model));
      times.forEach(this::turn);
    }
    return results(model, sides, times);
  }

  private static void warmUp(Turn turn) {
    for (int i = 0; i < WARM_UP; i++) {
      Objects.requireNonNull(turn.side.run(turn.work, turn.batch));
    }
  }

  private void turn(Turn turn, List<Double> times) {
    InterruptedCallException.check("a benchmark was under way");
    long begin = System.nanoTime();
    int calls = 0;
    while (calls < LEAST_CALLS || System.nanoTime() - begin < seconds * 1e9) {
      long start = System.nanoTime();
      Objects.requireNonNull(turn.side.run(turn.work, turn.batch));
      times.add((System.nanoTime() - start) / 1e6);
      calls++;
    }
  }

  private static List<Measured> results(
      String model, List<Side> sides, Map<Turn, List<Double>> times) {
    List<Measured> results = new ArrayList<>();
    times.forEach(
        (turn, milliseconds) -> {
          Timing timing = Timing.of(milliseconds);
          results.add(
              new Measured(
                  model,
                  turn.side.name(),
                  turn.side.threads(),
                  turn.work,
                  turn.batch,
                  timing,
                  ratio(times.get(new Turn(sides.getFirst(), turn.work, turn.batch)), timing),
                  turn.side.gflops(turn.work, turn.batch),
                  turn.side.peak(),
                  turn.side.memory()));
        });
    return results;
  }

  private static @Nullable Double ratio(@Nullable List<Double> first, Timing timing) {
    return first == null ? null : Timing.of(first).median() / timing.median();
  }
}
