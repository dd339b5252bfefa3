package org.openclip.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.backend.World;

/** Four steps of each kind of training by several processes, number for number. */
@Tag("golden-distributed")
@Tag("once")
class GoldenDistributedTest {
  private static final double LOSS_TOLERANCE = 1e-5;
  private static final double GRADIENT_TOLERANCE = 1e-4;
  private static final double FINAL_TOLERANCE = 1e-3;
  private static final Duration LONGEST = Duration.ofMinutes(3);

  /** The processes, which make one run after the other. */
  private static final List<Process> RANKS = new ArrayList<>();

  private static final List<Writer> ORDERS = new ArrayList<>();

  @TempDir static Path folder;

  @TestFactory
  Stream<DynamicTest> everyRunTakesTheReferencesSteps() {
    return GoldenRun.all("distributed")
        .map(run -> DynamicTest.dynamicTest(run.name(), () -> compare(run)));
  }

  @AfterAll
  static void end() throws InterruptedException {
    for (Process rank : RANKS) {
      rank.destroyForcibly().waitFor();
    }
  }

  private static void compare(GoldenRun run) throws IOException, InterruptedException {
    List<Map<String, Object>> ranks = make(run);
    List<GoldenRun.Step> steps = run.steps();
    for (int rank = 0; rank < ranks.size(); rank++) {
      assertThat(ranks.get(rank)).as("rank %d", rank).doesNotContainKey("error");
      List<?> made = (List<?>) ranks.get(rank).get("steps");
      for (int i = 0; i < steps.size(); i++) {
        Map<?, ?> step = (Map<?, ?>) made.get(i);
        String where = "of rank %d in step %d".formatted(rank, i + 1);
        assertClose(step.get("losses"), steps.get(i).losses(), "mean " + where);
        assertClose(step.get("own"), steps.get(i).lossesOfRanks().get(rank), where);
        assertThat(((Number) step.get("logit_scale")).doubleValue())
            .isCloseTo(steps.get(i).logitScale(), within(1e-5));
      }
      Map<?, ?> gradients = (Map<?, ?>) ranks.get(rank).get("gradients");
      compareGradients(gradients, steps.get(0).gradients());
      compareFinal((Map<?, ?>) ranks.get(rank).get("final"), run.end());
    }
  }

  private static void assertClose(Object actual, Map<String, Double> expected, String where) {
    assertThat(expected).isNotEmpty();
    expected.forEach(
        (name, loss) ->
            assertThat((Double) ((Map<?, ?>) actual).get(name))
                .as("%s %s", name, where)
                .isCloseTo(loss, within(LOSS_TOLERANCE * Math.abs(loss))));
  }

  private static void compareGradients(Map<?, ?> actual, Map<String, GoldenRun.Summary> expected) {
    double largest =
        expected.values().stream().mapToDouble(GoldenRun.Summary::l2).max().orElseThrow();
    assertThat(actual).hasSameSizeAs(expected);
    expected.forEach(
        (name, summary) ->
            assertThat((Double) actual.get(name))
                .as("gradient of %s", name)
                .isCloseTo(
                    summary.l2(), within(GRADIENT_TOLERANCE * summary.l2() + 1e-6 * largest)));
  }

  private static void compareFinal(Map<?, ?> actual, Map<String, GoldenRun.Summary> expected) {
    assertThat(actual).hasSameSizeAs(expected);
    expected.forEach(
        (name, summary) ->
            assertThat((Double) actual.get(name))
                .as("final %s", name)
                .isCloseTo(summary.l2(), within(FINAL_TOLERANCE * summary.l2() + 1e-9)));
  }

  /** Lets as many processes as the run has make its steps. */
  private static List<Map<String, Object>> make(GoldenRun run)
      throws IOException, InterruptedException {
    List<String> addresses = new ArrayList<>();
    for (int rank = 0; rank < run.world(); rank++) {
      try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        addresses.add("127.0.0.1:" + free.getLocalPort());
      }
      if (RANKS.size() == rank) {
        start();
      }
    }
    List<Path> results = new ArrayList<>();
    for (int rank = 0; rank < run.world(); rank++) {
      Path result = folder.resolve("%s-%d.json".formatted(run.name(), rank));
      World world = new World(rank, addresses, Duration.ofSeconds(60));
      ORDERS.get(rank).write(new GoldenRank.Order(run.file(), world, result).line() + "\n");
      ORDERS.get(rank).flush();
      results.add(result);
    }
    long end = System.nanoTime() + LONGEST.toNanos();
    List<Map<String, Object>> found = new ArrayList<>();
    for (Path result : results) {
      while (!Files.exists(result)) {
        assertThat(System.nanoTime()).as("no result within %s", LONGEST).isLessThan(end);
        assertThat(RANKS.get(found.size()).isAlive()).as("rank %d", found.size()).isTrue();
        Thread.sleep(20);
      }
      found.add(JSON.std.mapFrom(Files.readAllBytes(result)));
    }
    return found;
  }

  private static void start() {
    try {
      Process rank = JavaProcess.of(GoldenRank.class).start();
      RANKS.add(rank);
      ORDERS.add(rank.outputWriter(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
