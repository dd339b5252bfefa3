package org.openclip.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Four steps of each kind of training by several processes, number for number. */
@Tag("golden-distributed")
@Tag("once")
class GoldenDistributedTest {
  private static final double LOSS_TOLERANCE = 1e-5;
  private static final double GRADIENT_TOLERANCE = 1e-4;
  private static final double FINAL_TOLERANCE = 1e-3;
  private static final GoldenRanks RANKS = new GoldenRanks();

  @TempDir static Path folder;

  @TestFactory
  Stream<DynamicTest> everyRunTakesTheReferencesSteps() {
    return GoldenRun.all("distributed")
        .map(run -> DynamicTest.dynamicTest(run.name(), () -> compare(run)));
  }

  @AfterAll
  static void end() throws InterruptedException {
    RANKS.close();
  }

  private static void compare(GoldenRun run) throws IOException, InterruptedException {
    List<Map<String, Object>> ranks = RANKS.make(run, folder);
    List<GoldenRun.Step> steps = run.steps();
    for (int rank = 0; rank < ranks.size(); rank++) {
      assertThat(ranks.get(rank)).as("rank %d", rank).doesNotContainKey("error");
      List<?> made = (List<?>) ranks.get(rank).get("steps");
      for (int i = 0; i < steps.size(); i++) {
        Map<?, ?> step = (Map<?, ?>) made.get(i);
        String where = String.format(Locale.ROOT, "of rank %d in step %d", rank, i + 1);
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
}
