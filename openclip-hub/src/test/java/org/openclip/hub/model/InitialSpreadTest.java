package org.openclip.hub.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.testkit.Goldens;
import org.openclip.testkit.Fixtures;

/** New models are drawn from the distributions that the reference draws them from. */
class InitialSpreadTest {
  private static final int DRAWS = 12;

  private static Map<String, Object> fixture() throws IOException {
    return Goldens.object(Fixtures.path("initial").resolve("spreads.json"));
  }

  static Stream<String> models() throws IOException {
    return fixture().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("models")
  void everyParameterHasTheSpreadOfTheReference(String name) throws IOException {
    Map<String, Object> expected = Goldens.map(Goldens.get(fixture(), name));
    Architecture architecture =
        Architecture.of(
            ModelConfig.of(Goldens.map(Goldens.get(expected, "model_cfg"))),
            PluginRegistry.create());
    List<Weights> draws =
        IntStream.range(0, DRAWS)
            .mapToObj(seed -> FreshWeights.random(architecture, seed).toWeights())
            .toList();

    SoftAssertions all = new SoftAssertions();
    Goldens.map(Goldens.get(expected, "spreads"))
        .forEach(
            (parameter, numbers) -> {
              if (draws.get(0).names().contains(parameter)) {
                compare(all, parameter, draws, Goldens.doubles(numbers));
              }
            });
    all.assertAll();
    assertThat(draws).hasSize(DRAWS);
  }

  private static void compare(
      SoftAssertions all, String parameter, List<Weights> draws, double[] expected) {
    double[] values =
        draws.stream()
            .flatMapToDouble(
                draw -> {
                  float[] drawn = draw.get(parameter).toFloats();
                  return IntStream.range(0, drawn.length).mapToDouble(i -> drawn[i]);
                })
            .toArray();
    double mean = Arrays.stream(values).average().orElseThrow();
    double spread =
        Math.sqrt(Arrays.stream(values).map(v -> (v - mean) * (v - mean)).average().orElseThrow());
    double largest = Arrays.stream(values).map(Math::abs).max().orElseThrow();
    // Five standard errors of a spread, and of a mean, over two samples of this size.
    double error = 5 / Math.sqrt(values.length);
    all.assertThat(spread)
        .as("spread of %s", parameter)
        .isBetween(expected[1] * (1 - error) - 1e-9, expected[1] * (1 + error) + 1e-9);
    all.assertThat(mean - expected[0])
        .as("mean of %s", parameter)
        .isBetween(
            -expected[1] * 1.5 * error - 1e-6 * Math.abs(expected[0]) - 1e-9,
            expected[1] * 1.5 * error + 1e-6 * Math.abs(expected[0]) + 1e-9);
    all.assertThat(largest)
        .as("largest of %s", parameter)
        .isBetween(expected[2] * 0.7 - 1e-9, expected[2] * 1.4 + 1e-9);
  }
}
