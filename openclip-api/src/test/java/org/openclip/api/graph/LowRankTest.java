package org.openclip.api.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.openclip.api.InvalidInputException;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.testkit.Interpreter;

/** Graphs with low-rank adapters compute what the merged weights compute. */
class LowRankTest {
  private static final int LENGTH = 5;
  private static final int WIDTH = 8;

  private final Random random = new Random(7);
  private final Graph graph = tower();

  /** Returns a block of attention of which one row is read, and a projection {@code [in, out]}. */
  private static Graph tower() {
    GraphBuilder g = new GraphBuilder("tower");
    Value x = g.input("x", DataType.FLOAT32, Dim.BATCH, Dim.of(LENGTH), Dim.of(WIDTH));
    List<Value> parts = g.split(Layers.linear(g, "qkv", x, 3 * WIDTH), -1, 3);
    Value attended = g.attention(parts.get(0), parts.get(1), parts.get(2), null, false, 2, 0.5);
    Value y = g.plus(x, Layers.linear(g, "out_proj", attended, WIDTH));
    Value in = g.parameter("attn.in_proj_weight", Initializer.ONES, 2 * WIDTH, WIDTH);
    Value some = g.linear(y, g.slice(in, 0, WIDTH, 2 * WIDTH), null);
    // A matrix that is read in another way than by a linear layer, too.
    Value tied = g.parameter("tied.weight", Initializer.ONES, WIDTH, WIDTH);
    Value more = g.plus(g.linear(some, tied, null), g.reduce(tied, ArithmeticOp.Reduction.SUM, 0));
    Value proj = g.parameter("proj", Initializer.ONES, WIDTH, 3);
    g.parameter("unused.weight", Initializer.ONES, WIDTH, WIDTH);
    g.output("features", g.matMul(g.select(more, 1, Dim.of(0)), proj));
    return g.build();
  }

  @Test
  void weightsOfLinearLayersAndOtherMatricesAreFound() {
    assertThat(LowRank.linearWeights(graph))
        .containsExactlyInAnyOrder(
            "qkv.weight", "out_proj.weight", "attn.in_proj_weight", "tied.weight");
    assertThat(LowRank.matrices(graph))
        .containsAll(LowRank.linearWeights(graph))
        .contains("proj")
        .hasSize(5);
    assertThat(LowRank.linearWeights(Narrowing.of(graph))).isEqualTo(LowRank.linearWeights(graph));
  }

  @Test
  void adaptersStartAsTheModelItself() {
    LowRank lora = new LowRank(2, 16, LowRank.matrices(graph));
    Map<String, Tensor> weights = weights(lora);
    lora.targets()
        .forEach(
            target ->
                weights.computeIfPresent(
                    LowRank.up(target),
                    (n, t) -> Tensor.of(new float[(int) t.count()], t.shape())));

    assertThat(features(lora.of(graph), weights)).containsExactly(features(graph, weights));
    lora.parameters(graph)
        .forEach(
            p -> {
              assertThat(p.trained()).isTrue();
              assertThat(p.initializer())
                  .isEqualTo(
                      p.name().endsWith("lora_B.weight")
                          ? Initializer.ZEROS
                          : new Initializer.Uniform(1 / Math.sqrt((double) p.shape().size(1))));
            });
  }

  @Test
  void adaptersComputeWhatTheMergedWeightsCompute() {
    LowRank lora = new LowRank(2, 3, LowRank.matrices(graph));
    Map<String, Tensor> weights = weights(lora);
    Weights merged = lora.merged(Weights.of(weights), Weights.of(weights));

    assertThat(merged.names())
        .containsExactlyInAnyOrderElementsOf(
            graph.parameters().stream().map(LeafOp.Parameter::name).toList());
    double[] expected = Interpreter.run(graph, merged, Map.of("x", input())).get("features").data();
    assertThat(expected).isNotEqualTo(features(graph, weights));
    // The numbers are multiples of 1/8, so that nothing is rounded.
    assertThat(features(lora.of(graph), weights)).containsExactly(expected, within(1e-9));
    assertThat(features(lora.of(Narrowing.of(graph)), weights))
        .containsExactly(expected, within(1e-9));
    assertThat(merged.get("unused.weight")).isSameAs(weights.get("unused.weight"));
  }

  @Test
  void theMergedMatrixIsTheSumOfTheFormula() {
    LowRank lora = new LowRank(1, 3, Set.of("w.weight"));
    Tensor sum =
        lora.merged(
            Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3),
            Tensor.of(new float[] {1, -1, 2}, 1, 3),
            Tensor.of(new float[] {10, 100}, 2, 1));

    assertThat(sum.toFloats()).containsExactly(31, -28, 63, 304, -295, 606);
    assertThat(sum.shape()).containsExactly(2, 3);
  }

  @Test
  void linearLayersGetASecondPathAndOtherMatricesASum() {
    LowRank lora = new LowRank(2, 2, LowRank.matrices(graph));
    Graph adapted = lora.of(graph);

    // Only the matrices that are not read by linear layers alone are added up as a whole.
    long products =
        adapted.nodes().stream()
            .filter(n -> n.op() instanceof NeuralOp.MatMul m && m.left().label().contains("lora_B"))
            .count();
    assertThat(products).isEqualTo(2);
    assertThat(lora.parameters(graph)).hasSize(10);
    assertThat(LowRank.down("attn.in_proj_weight")).isEqualTo("attn.in_proj.lora_A.weight");
    assertThat(LowRank.up("proj")).isEqualTo("proj.lora_B.weight");
  }

  @Test
  void whatDoesNotFitIsSaid() {
    Set<String> targets = LowRank.linearWeights(graph);
    assertThatThrownBy(() -> new LowRank(0, 1, targets))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("rank of adapters is 0");
    assertThatThrownBy(() -> new LowRank(1, 0, targets)).hasMessageContaining("alpha");
    assertThatThrownBy(() -> new LowRank(1, Double.NaN, targets)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> new LowRank(1, 1, Set.of()))
        .hasMessageContaining("no matrix to adapt");
    assertThatThrownBy(() -> new LowRank(9, 9, targets).of(graph))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("rank 9")
        .hasMessageContaining("qkv.weight [24, 8]")
        .hasMessageContaining("at most 8");
    assertThatThrownBy(() -> new LowRank(1, 1, Set.of("qkv.bias")).of(graph))
        .hasMessageContaining("qkv.bias")
        .hasMessageContaining("not a floating-point matrix");
    LowRank lora = new LowRank(2, 2, targets);
    assertThatThrownBy(() -> lora.of(lora.of(graph))).hasMessageContaining("already has adapters");
  }

  private Map<String, Tensor> weights(LowRank lora) {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    lora.of(graph).parameters().forEach(p -> weights.put(p.name(), numbers(p.shape().sizes())));
    return weights;
  }

  private double[] features(Graph of, Map<String, Tensor> weights) {
    return Interpreter.run(of, Weights.of(weights), Map.of("x", input())).get("features").data();
  }

  private static Tensor input() {
    float[] numbers = new float[2 * LENGTH * WIDTH];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (i * 37 % 17 - 8) / 8f;
    }
    return Tensor.of(numbers, 2, LENGTH, WIDTH);
  }

  private Tensor numbers(long... shape) {
    float[] numbers = new float[(int) Tensor.count(shape)];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (random.nextInt(17) - 8) / 8f;
    }
    return Tensor.of(numbers, shape);
  }
}
