package org.openclip.train.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openclip.train.JavaProcess;

/** Time and memory of losses that are computed some rows at a time. */
@Tag("full")
@Tag("once")
class TiledLossCostTest {
  /** What a step took. */
  private record Step(int tiles, double loss, double seconds, long bytes) {}

  private static List<Step> steps(String... arguments) throws IOException, InterruptedException {
    Process process = JavaProcess.of(TiledStep.class, arguments).start();
    List<Step> steps = new ArrayList<>();
    for (String line :
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .strip()
            .split("\n", -1)) {
      String[] words = line.split(" ", -1);
      steps.add(
          new Step(
              Integer.parseInt(words[0]),
              Double.parseDouble(words[1]),
              Double.parseDouble(words[2]),
              Long.parseLong(words[3])));
    }
    assertThat(process.waitFor()).isZero();
    return steps;
  }

  @Test
  void tilesTakeAtMost1p3TimesTheTimeOfTheWhole() throws Exception {
    List<Step> steps = steps("4096", "9", "1", "2", "8");

    double whole = median(steps, 1);
    for (int tiles : new int[] {2, 8}) {
      assertThat(median(steps, tiles) / whole).as("%d tiles", tiles).isLessThan(1.3);
    }
    double loss = steps.get(0).loss();
    assertThat(steps)
        .allSatisfy(step -> assertThat(step.loss()).isCloseTo(loss, within(1e-6 * loss)));
  }

  /** Logits of so many pairs take 4.3 GB, and several such tensors would live at a time. */
  @Test
  void aBatchOf32768TakesLessThanOneGigabyteMoreThanItsFeatures() throws Exception {
    int batch = 32_768;
    long features = 2L * 4 * batch * 512;

    // As many tiles as openclip train takes.
    Step step = steps(Integer.toString(batch), "1", "256").get(0);

    assertThat(step.bytes() - features).as("bytes").isPositive().isLessThan(1_000_000_000L);
    // Pairs that have nothing in common yet.
    assertThat(step.loss()).isCloseTo(Math.log(batch), within(0.1));
  }

  private static double median(List<Step> steps, int tiles) {
    // The first step of each compiles.
    double[] seconds =
        steps.stream()
            .filter(step -> step.tiles() == tiles)
            .skip(1)
            .mapToDouble(Step::seconds)
            .sorted()
            .toArray();
    return seconds[seconds.length / 2];
  }
}
