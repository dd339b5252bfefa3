package org.openclip.backend.tf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.backend.Program;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.NeuralOp.SwitchBackForm;
import org.openclip.api.graph.NeuralOp.SwitchBackLinear;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.AdamW;
import org.openclip.api.training.StepOptions;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.api.training.UpdateRule;
import org.openclip.testkit.SwitchBackFormula;

/** Layers that multiply 8-bit integers have the numbers and derivatives of their formulas. */
class SwitchBackTest {
  private static final int ROWS = 10;
  private static final int IN = 24;
  private static final int OUT = 16;

  /** The longest sum of an MLP that a published model has, that of ViT-bigG-14. */
  private static final int LONGEST = 8192;

  private static BackendOptions cpu(Precision precision) {
    return new BackendOptions(Device.CPU, precision, 2);
  }

  private static Graph layer(SwitchBackForm form, long in, long out) {
    GraphBuilder g = new GraphBuilder("layer");
    Value x = g.input("x", DataType.FLOAT32, Dim.BATCH, Dim.of(in));
    Value weight = g.parameter("weight", Initializer.ZEROS, out, in);
    g.output("result", g.add(new SwitchBackLinear(x, weight, null, form)));
    return g.build();
  }

  /** A tower over two sequences that are a parameter, so that it is derived by its input, too. */
  private static Graph tower(SwitchBackForm form) {
    GraphBuilder g = new GraphBuilder("tower");
    Value x = g.parameter("x", Initializer.ZEROS, 2, ROWS / 2, IN);
    Value weight = g.parameter("weight", Initializer.ZEROS, OUT, IN);
    Value bias = g.parameter("bias", Initializer.ZEROS, OUT);
    g.output("result", g.add(new SwitchBackLinear(x, weight, bias, form)));
    return g.build();
  }

  /** A loss whose derivative by the result is a given tensor. */
  private static Graph objective() {
    GraphBuilder g = new GraphBuilder("objective");
    Value result = g.input("result", DataType.FLOAT32, Dim.of(2), Dim.of(ROWS / 2), Dim.of(OUT));
    Value slope = g.input("slope", DataType.FLOAT32, Dim.of(2), Dim.of(ROWS / 2), Dim.of(OUT));
    g.output(TrainingPlan.LOSS, g.reduce(g.times(result, slope), Reduction.SUM, 0, 1, 2));
    return g.build();
  }

  private static double[][] normal(Random random, int rows, int columns) {
    double[][] matrix = new double[rows][columns];
    for (double[] row : matrix) {
      for (int i = 0; i < columns; i++) {
        row[i] = (float) random.nextGaussian();
      }
    }
    return matrix;
  }

  private static Tensor of(Map<String, Tensor> tensors, String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }

  private static float[] flat(double[][] matrix) {
    float[] flat = new float[matrix.length * matrix[0].length];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = (float) matrix[i / matrix[0].length][i % matrix[0].length];
    }
    return flat;
  }

  @ParameterizedTest
  @EnumSource
  void theWayThereAndBackIsThatOfTheFormulas(SwitchBackForm form) {
    Random random = new Random(7);
    double[][] x = normal(random, ROWS, IN);
    double[][] weight = normal(random, OUT, IN);
    double[][] bias = normal(random, 1, OUT);
    double[][] slope = normal(random, ROWS, OUT);
    // What is padded has no derivative, and what is masked may be all zeros.
    Arrays.fill(x[3], 0);
    Arrays.fill(slope[4], 0);
    Map<String, Tensor> weights = new LinkedHashMap<>();
    weights.put("x", Tensor.of(flat(x), 2, ROWS / 2, IN));
    weights.put("weight", Tensor.of(flat(weight), OUT, IN));
    weights.put("bias", Tensor.of(flat(bias), OUT));
    Map<String, UpdateRule> rules = new LinkedHashMap<>();
    weights.keySet().forEach(name -> rules.put(name, new UpdateRule(1, 0)));
    TrainingPlan plan =
        TrainingPlan.of(List.of(tower(form)), objective(), new AdamW(0.9, 0.999, 1e-8), rules);

    try (Backend backend = new TfBackendProvider().open(cpu(Precision.FLOAT32));
        Trainer trainer = backend.train(plan, Weights.of(weights))) {
      Tensor given = Tensor.of(flat(slope), 2, ROWS / 2, OUT);
      Map<String, Tensor> gradients =
          trainer.gradients(List.of(Map.of("slope", given)), new StepOptions(1, 0, 0));
      Tensor result = of(trainer.run(tower(form), Map.of()), "result");

      double[][] expected = SwitchBackFormula.product(x, weight, form);
      for (double[] row : expected) {
        for (int i = 0; i < OUT; i++) {
          row[i] += bias[0][i];
        }
      }
      assertThat(result.toFloats()).containsExactly(flat(expected), within(1e-5f));
      assertThat(of(gradients, "x").toFloats())
          .containsExactly(flat(SwitchBackFormula.byInput(slope, weight, form)), within(1e-5f));
      assertThat(of(gradients, "weight").toFloats())
          .containsExactly(flat(SwitchBackFormula.byWeight(slope, x, form)), within(1e-5f));
      float[] sums = new float[OUT];
      for (double[] row : slope) {
        for (int i = 0; i < OUT; i++) {
          sums[i] += (float) row[i];
        }
      }
      assertThat(of(gradients, "bias").toFloats()).containsExactly(sums, within(1e-5f));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1040, 1041, 3072, LONGEST})
  void theLongestSumsOfTheLargestIntegersAreExact(int length) {
    int out = 33;
    float[] x = new float[3 * length];
    float[] weight = new float[out * length];
    Random random = new Random(11);
    for (int i = 0; i < length; i++) {
      // All that can be, but for a last one, so that the sum is odd; then numbers at random.
      x[i] = 127;
      x[length + i] = -127;
      x[2 * length + i] = random.nextInt(255) - 127;
      weight[i] = i == 0 ? 126 : 127;
    }
    x[2 * length] = 127;
    for (int i = length; i < weight.length; i++) {
      weight[i] = random.nextInt(255) - 127;
    }

    float[] actual = run(Precision.FLOAT32, SwitchBackForm.GLOBAL, length, out, x, weight);

    float[] expected = new float[3 * out];
    for (int row = 0; row < 3; row++) {
      for (int column = 0; column < out; column++) {
        long sum = 0;
        for (int k = 0; k < length; k++) {
          sum += ((long) x[row * length + k]) * ((long) weight[column * length + k]);
        }
        expected[row * out + column] = (float) sum;
      }
    }
    assertThat(actual).containsExactly(expected);
  }

  @Test
  void bfloat16RoundsTheProductAndNoMore() {
    Random random = new Random(13);
    double[][] x = normal(random, ROWS, IN);
    double[][] weight = normal(random, OUT, IN);

    float[] actual =
        run(Precision.BFLOAT16, SwitchBackForm.VECTORWISE, IN, OUT, flat(x), flat(weight));

    // The weights of a program in bfloat16 have 8 bits of mantissa before they are rounded.
    float[] expected = flat(SwitchBackFormula.product(x, weight, SwitchBackForm.VECTORWISE));
    assertThat(actual).containsExactly(expected, within(0.2f));
  }

  private static float[] run(
      Precision precision, SwitchBackForm form, int in, int out, float[] x, float[] weight) {
    Weights weights = Weights.of(Map.of("weight", Tensor.of(weight, out, in)));
    try (Backend backend = new TfBackendProvider().open(cpu(precision));
        Program program = backend.compile(layer(form, in, out), weights)) {
      Map<String, Tensor> results = program.run(Map.of("x", Tensor.of(x, x.length / in, in)));
      return of(results, "result").toFloats();
    }
  }
}
