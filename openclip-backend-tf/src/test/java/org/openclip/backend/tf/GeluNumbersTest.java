package org.openclip.backend.tf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.backend.Program;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/** GELU behind a layer in bfloat16 has all digits that bfloat16 has, for small results too. */
class GeluNumbersTest {
  private static final int WIDTH = 16;

  /** Half of the distance of two numbers of eight binary digits, relative to them. */
  private static final double ROUNDING = 1.0 / 256;

  /** A layer that changes nothing, so that GELU's input is in bfloat16. */
  private static Graph graph(GeluForm form) {
    GraphBuilder g = new GraphBuilder("gelu");
    Value x = g.input("x", DataType.FLOAT32, Dim.BATCH, Dim.of(WIDTH));
    Value same = g.parameter("same", Initializer.ZEROS, WIDTH, WIDTH);
    g.output("y", g.gelu(g.linear(x, same, null), form));
    return g.build();
  }

  private static Weights same() {
    float[] same = new float[WIDTH * WIDTH];
    for (int i = 0; i < WIDTH; i++) {
      same[i * WIDTH + i] = 1;
    }
    return Weights.of(Map.of("same", Tensor.of(same, WIDTH, WIDTH)));
  }

  private static double expected(double x, GeluForm form) {
    double share =
        switch (form) {
          case ERF -> normal(x);
          case TANH ->
              (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * Math.pow(x, 3)))) / 2;
          case QUICK -> 1 / (1 + Math.exp(-1.702 * x));
        };
    return x * share;
  }

  /** Returns the share of the normal distribution below a number, by Taylor's series. */
  private static double normal(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; n < 100; n++) {
      term *= -x * x / (2 * n);
      sum += term / (2 * n + 1);
    }
    return 0.5 + sum / Math.sqrt(2 * Math.PI);
  }

  @ParameterizedTest
  @EnumSource(GeluForm.class)
  void hasTheDigitsOfBfloat16(GeluForm form) {
    float[] numbers = new float[2 * WIDTH];
    for (int i = 0; i < numbers.length; i++) {
      // From -3 to 2.8; bfloat16 has these exactly.
      numbers[i] = -3 + 0.1875f * i;
    }
    BackendOptions narrow = new BackendOptions(Device.CPU, Precision.BFLOAT16, 2);
    try (Backend backend = new TfBackendProvider().open(narrow);
        Program program = backend.compile(graph(form), same())) {
      float[] results =
          Objects.requireNonNull(program.run(Map.of("x", Tensor.of(numbers, 2, WIDTH))).get("y"))
              .toFloats();
      for (int i = 0; i < numbers.length; i++) {
        double wanted = expected(numbers[i], form);
        assertThat((double) results[i])
            .as("GELU of %s", numbers[i])
            .isCloseTo(wanted, within(ROUNDING * Math.abs(wanted)));
      }
    }
  }
}
