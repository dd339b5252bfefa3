package org.openclip.api.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.Merging.Merged;
import org.openclip.api.graph.NeuralOp.Convolution;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.testkit.Interpreter;

/** Parallel convolutions that became one compute the same. */
class MergingTest {
  private final GraphBuilder g = new GraphBuilder("test");
  private final Value x =
      g.input("x", DataType.FLOAT32, Dim.BATCH, Dim.of(4), Dim.of(7), Dim.of(8));

  @Test
  void branchesWithTheirNormsBecomeOneConvolution() {
    Value sum = g.plus(normed("large", x, 6, 3, 2, 1), normed("small", x, 6, 1, 2, 1));
    g.output("y", g.unary(sum, UnaryFunction.RELU));

    assertMerged(1);
  }

  @Test
  void aDifferenceTimesAFactorBesideTheShortcutBecomesOneConvolution() {
    Value identity = Layers.batchNorm(g, "identity", x, 1e-5);
    Value mixed =
        g.plus(g.plus(normed("mix", x, 4, 3, 1, 4), normed("dot", x, 4, 1, 1, 4)), identity);
    Value change = g.minus(mixed, Layers.batchNorm(g, "norm", x, 1e-5));
    Value factor = g.parameter("gamma", Initializer.ONES, 4, 1, 1);
    g.output("y", g.plus(x, g.dropPath(g.times(change, factor), 0.1)));

    assertMerged(1);
  }

  @Test
  void aShortcutBesideAConvolutionOfAllChannelsBecomesItsDiagonal() {
    g.output("y", g.plus(Layers.convolution(g, "c", x, 4, 3, 1, 1, 2, true), x));

    assertMerged(1);
  }

  @Test
  void convolutionsOfDifferentPicturesStay() {
    Value inner = g.unary(normed("first", x, 4, 3, 1, 1), UnaryFunction.RELU);
    g.output("y", g.plus(x, normed("second", inner, 4, 3, 1, 1)));

    assertMerged(2);
  }

  @Test
  void aConvolutionThatIsReadElsewhereStays() {
    Value first = normed("first", x, 4, 3, 1, 1);
    g.output("first", first);
    g.output("y", g.plus(first, normed("second", x, 4, 1, 1, 1)));

    assertMerged(2);
  }

  @Test
  void filtersOfWhichNoneHoldsTheOtherStay() {
    Value wide = g.parameter("wide", Initializer.ONES, 4, 4, 1, 3);
    Value tall = g.parameter("tall", Initializer.ONES, 4, 4, 3, 1);
    Value across = g.convolution(x, wide, null, 1, new NeuralOp.Pads(0, 1, 0, 1), 1);
    Value down = g.convolution(x, tall, null, 1, new NeuralOp.Pads(1, 0, 1, 0), 1);
    g.output("y", g.plus(across, down));

    assertMerged(2);
  }

  private Value normed(String name, Value input, int out, int kernel, int stride, int groups) {
    Value convolved =
        Layers.convolution(
            g, name + ".conv", input, out, kernel, stride, kernel / 2, groups, false);
    return Layers.batchNorm(g, name + ".bn", convolved, 1e-5);
  }

  private void assertMerged(int convolutions) {
    Graph graph = g.build();
    Random random = new Random(4);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (LeafOp.Parameter p : graph.parameters()) {
      boolean variance = p.name().endsWith("running_var");
      tensors.put(
          p.name(),
          p.type() == DataType.INT64
              ? Tensor.of(new long[1])
              : numbers(random, variance, p.shape().sizes()));
    }
    Weights weights = Weights.of(tensors);
    Map<String, Tensor> inputs = Map.of("x", numbers(random, false, 2, 4, 7, 8));

    Merged merged = Merging.of(graph, weights);

    assertThat(merged.graph().nodes().stream().filter(n -> n.op() instanceof Convolution))
        .hasSize(convolutions);
    assertThat(merged.graph().inputs()).isEqualTo(graph.inputs());
    double[] expected = Interpreter.run(graph, weights, inputs).get("y").data();
    double[] actual = Interpreter.run(merged.graph(), merged.weights(), inputs).get("y").data();
    assertThat(actual).containsExactly(expected, within(1e-5));
  }

  private static Tensor numbers(Random random, boolean positive, long... shape) {
    float[] numbers = new float[Math.toIntExact(Tensor.count(shape))];
    for (int i = 0; i < numbers.length; i++) {
      float number = (float) random.nextGaussian();
      numbers[i] = positive ? 0.5f + Math.abs(number) : number;
    }
    return Tensor.of(numbers, shape);
  }
}
