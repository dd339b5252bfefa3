package org.openclip.api.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.testkit.Interpreter;

/** Graphs without needless rows compute the same, with less work. */
class NarrowingTest {
  private static final int LENGTH = 6;
  private static final int WIDTH = 8;
  private static final Map<String, Long> ONE = Map.of("batch", 1L);

  private final GraphBuilder g = new GraphBuilder("test");
  private final Value sequence =
      g.input("x", DataType.FLOAT32, Dim.BATCH, Dim.of(LENGTH), Dim.of(WIDTH));

  @Test
  void theLastBlockIsComputedForTheClassTokenAlone() {
    Value x = norm("post", block("b", block("a", sequence, false), false));
    g.slice(x, 1, 1, LENGTH); // read by nothing
    g.output("features", g.select(x, 1, Dim.of(0)));

    // one row of six of all but keys and values in the last block
    long row = 2 * WIDTH * WIDTH * 10L + 4L * LENGTH * WIDTH;
    long keysAndValues = 2L * LENGTH * WIDTH * WIDTH * 2;
    assertNarrowed(LENGTH * (row + 2L * WIDTH * WIDTH * 2) + row + keysAndValues);
  }

  @Test
  void aCausalBlockSeesNoMoreThanBefore() {
    Value tokens = g.input("tokens", DataType.INT64, Dim.BATCH, Dim.of(LENGTH));
    Value x = block("b", block("a", sequence, true), true);
    g.output("features", norm("post", g.pick(x, g.argMax(tokens, 1))));

    long row = 2 * WIDTH * WIDTH * 10L + 4L * LENGTH * WIDTH;
    long keysAndValues = 2L * LENGTH * WIDTH * WIDTH * 2;
    assertNarrowed(LENGTH * (row + 2L * WIDTH * WIDTH * 2) + row + keysAndValues);
  }

  @Test
  void aCausalQuerySeesAllOfAPrefix() {
    Value tokens = g.input("tokens", DataType.INT64, Dim.BATCH, Dim.of(LENGTH));
    List<Value> parts = g.split(linear("qkv", sequence, 3 * WIDTH), -1, 3);
    Value prefix = g.slice(sequence, 1, 0, 2);
    Value keys = g.concat(1, prefix, parts.get(1));
    Value values = g.concat(1, prefix, parts.get(2));
    Value attended = g.attention(parts.get(0), keys, values, null, true, 2, 0.5);
    g.output("features", g.pick(attended, g.argMax(tokens, 1)));

    assertNarrowed(2L * WIDTH * WIDTH * (LENGTH * 2 + 1) + 4L * (LENGTH + 2) * WIDTH);
  }

  @Test
  void positionsTurnedIntoQueriesAreThoseOfTheRow() {
    Value tokens = g.input("tokens", DataType.INT64, Dim.BATCH, Dim.of(LENGTH));
    List<Value> parts = g.split(linear("qkv", sequence, 3 * WIDTH), -1, 3);
    Value turns = g.parameter("turns", Initializer.ONES, LENGTH, 1, WIDTH / 2);
    Dim[] heads = {Dim.BATCH, Dim.of(LENGTH), Dim.of(2), Dim.of(WIDTH / 2)};
    Dim[] flat = {Dim.BATCH, Dim.of(LENGTH), Dim.of(WIDTH)};
    Value q = g.reshape(g.times(g.reshape(parts.get(0), heads), turns), flat);
    Value k = g.reshape(g.times(g.reshape(parts.get(1), heads), turns), flat);
    Value attended = g.attention(q, k, parts.get(2), null, false, 2, 0.5);
    Value table = g.parameter("positions", Initializer.ONES, 1, LENGTH, WIDTH);
    g.output("features", g.pick(g.plus(attended, table), g.argMax(tokens, 1)));

    assertNarrowed(2L * WIDTH * WIDTH * (LENGTH * 2 + 1) + 4L * LENGTH * WIDTH);
  }

  @Test
  void rowsThatAreReadElsewhereStay() {
    Value x = block("a", sequence, false);
    g.output("features", g.select(x, 1, Dim.of(0)));
    g.output("tokens", x);
    Graph graph = g.build();

    assertThat(Narrowing.of(graph)).isSameAs(graph);
  }

  @Test
  void parametersThatNothingReadsStay() {
    g.counter("num_batches_tracked");
    g.output("features", g.select(norm("post", sequence), 1, Dim.of(0)));
    Graph graph = g.build();

    assertThat(Narrowing.of(graph).parameters()).isEqualTo(graph.parameters());
    assertThat(Narrowing.of(graph)).isNotEqualTo(graph);
  }

  private Value block(String name, Value x, boolean causal) {
    List<Value> parts = g.split(linear(name + ".qkv", norm(name + ".1", x), 3 * WIDTH), -1, 3);
    Value attended = g.attention(parts.get(0), parts.get(1), parts.get(2), null, causal, 2, 0.5);
    Value between = g.plus(x, linear(name + ".proj", attended, WIDTH));
    Value hidden =
        g.gelu(linear(name + ".fc1", norm(name + ".2", between), 4 * WIDTH), GeluForm.ERF);
    return g.plus(between, linear(name + ".fc2", hidden, WIDTH));
  }

  private Value norm(String name, Value x) {
    return Layers.layerNorm(g, name, x, 1e-5);
  }

  private Value linear(String name, Value x, int out) {
    return Layers.linear(g, name, x, out);
  }

  private void assertNarrowed(long flops) {
    Graph graph = g.build();
    Graph narrowed = Narrowing.of(graph);
    assertThat(Flops.of(narrowed, ONE)).isEqualTo(flops).isLessThan(Flops.of(graph, ONE));
    assertThat(narrowed.parameters()).isEqualTo(graph.parameters());
    assertThat(narrowed.inputs()).isEqualTo(graph.inputs());

    Random random = new Random(4);
    Map<String, Tensor> weights = new LinkedHashMap<>();
    graph.parameters().forEach(p -> weights.put(p.name(), numbers(random, p.shape().sizes())));
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("x", numbers(random, 2, LENGTH, WIDTH));
    if (graph.inputs().size() > 1) {
      long[] ids = {1, 5, 9, 2, 0, 0, 1, 2, 3, 4, 9, 0};
      inputs.put("tokens", Tensor.of(ids, 2, LENGTH));
    }
    double[] expected = features(graph, Weights.of(weights), inputs);
    double[] actual = features(narrowed, Weights.of(weights), inputs);
    assertThat(actual).hasSize(2 * WIDTH).containsExactly(expected, within(1e-12));
  }

  private static double[] features(Graph graph, Weights weights, Map<String, Tensor> inputs) {
    return Interpreter.run(graph, weights, inputs).get("features").data();
  }

  private static Tensor numbers(Random random, long... shape) {
    int count = 1;
    for (long size : shape) {
      count *= Math.toIntExact(size);
    }
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return Tensor.of(numbers, shape);
  }
}
