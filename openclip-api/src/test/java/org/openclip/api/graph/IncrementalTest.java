package org.openclip.api.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.openclip.api.graph.ArithmeticOp.Relation;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.testkit.Array;
import org.openclip.testkit.Interpreter;

/** A graph cut into steps computes the same rows, one by one. */
class IncrementalTest {
  private static final int WIDTH = 8;
  private static final int HEADS = 2;
  private static final int VOCABULARY = 5;
  private static final int LONGEST = 6;
  private static final long[] TOKENS = {1, 4, 0, 2, 3, 1, 2, 0, 0, 4, 3, 3};

  private final GraphBuilder g = new GraphBuilder("captions");
  private final Value tokens = g.input("tokens", DataType.INT64, Dim.BATCH, Dim.LENGTH);
  private final Value picture =
      g.input("picture", DataType.FLOAT32, Dim.BATCH, Dim.of(3), Dim.of(WIDTH));

  @Test
  void aDecoderThatLooksAtAPictureGoesOnFromWhatItKept() {
    Value x = decoder(embedded(LONGEST), null);
    Incremental.Steps steps = assertSteps(x);

    assertThat(steps.once().inputs()).extracting(LeafOp.Input::name).containsExactly("picture");
    assertThat(steps.once().outputs()).hasSize(2);
    assertThat(steps.caches()).hasSize(4);
  }

  @Test
  void aClassTokenAtTheEndAndAMaskOfItsOwnChangeNoRowBefore() {
    Value cls = g.parameter("cls", Initializer.ZEROS, WIDTH);
    Value x = g.embedding(table(), tokens);
    x = g.concat(1, x, g.broadcast(cls, Dim.BATCH, Dim.of(1), Dim.of(WIDTH)));
    x = plusPositions(x, LONGEST + 1);
    Value hidden =
        g.choose(
            g.compare(tokens, g.integer(0), Relation.EQUAL),
            g.constant(Double.NEGATIVE_INFINITY),
            g.constant(0));
    Value shifted = g.add(new LayoutOp.Pad(hidden, List.of(0, 1), List.of(0, 0), 0));
    Value mask = g.reshape(shifted, Dim.BATCH, Dim.of(1), Dim.of(1), shifted.shape().dim(1));
    x = block("text", x, x, mask, true);

    assertSteps(decoder(g.slice(x, 1, Dim.of(0), Dim.LENGTH), null));
  }

  @Test
  void aPrefixThatAllTokensSeeIsComputedOnce() {
    Value before = block("own.0", picture, picture, null, false);
    Value keys = g.concat(1, before, embedded(LONGEST));
    Value seen = g.slice(g.times(picture, g.constant(9)), 2, 0, 1);
    Value mask =
        g.concat(
            3,
            g.reshape(seen, Dim.BATCH, Dim.of(1), Dim.of(1), Dim.of(3)),
            g.broadcast(g.constant(0), Dim.BATCH, Dim.of(1), Dim.of(1), Dim.LENGTH));
    Value x = g.attention(embedded(LONGEST), keys, keys, mask, true, HEADS, 2);

    Incremental.Steps steps = assertSteps(decoder(x, null));

    assertThat(steps.once().inputs()).extracting(LeafOp.Input::name).containsExactly("picture");
    assertThat(steps.caches()).hasSize(6);
  }

  @Test
  void headsAreNormalisedRowByRow() {
    Value x = embedded(LONGEST);
    Value heads = g.reshape(x, Dim.BATCH, Dim.LENGTH, Dim.of(HEADS), Dim.of(WIDTH / HEADS));
    Value q = g.reshape(g.l2Normalize(heads), Dim.BATCH, Dim.LENGTH, Dim.of(WIDTH));
    x = g.plus(x, g.attention(q, x, g.unary(x, UnaryFunction.TANH), null, true, HEADS, 2));

    assertSteps(decoder(x, null));
  }

  @Test
  void aTowerThatLooksAheadCannotBeCut() {
    Value x = embedded(LONGEST);
    g.output("logits", block("a", x, x, null, false));

    assertThat(Incremental.of(g.build(), "tokens")).isEmpty();
  }

  @Test
  void aMeanOverAllTokensCannotBeCut() {
    Value x = embedded(LONGEST);
    Value mean = g.reduce(block("a", x, x, null, true), ArithmeticOp.Reduction.MEAN, true, 1);
    g.output("logits", g.plus(x, mean));

    assertThat(Incremental.of(g.build(), "tokens")).isEmpty();
  }

  private Value table() {
    return g.parameter("table", Initializer.ZEROS, VOCABULARY, WIDTH);
  }

  private Value embedded(int positions) {
    return plusPositions(g.embedding(table(), tokens), positions);
  }

  private Value plusPositions(Value x, int positions) {
    Value all = g.parameter("positions", Initializer.ZEROS, positions, WIDTH);
    return g.plus(x, g.slice(all, 0, Dim.of(0), x.shape().dim(1)));
  }

  /** Two causal blocks, the first with one that looks at the picture, and logits. */
  private Value decoder(Value sequence, @Nullable Value mask) {
    Value x = block("own.0", sequence, sequence, mask, true);
    x = block("other", x, g.layerNorm(picture, null, null, 1e-5), null, false);
    x = block("own.1", x, x, mask, true);
    return g.matMul(x, g.parameter("projection", Initializer.ZEROS, WIDTH, VOCABULARY));
  }

  private Value block(String name, Value x, Value context, @Nullable Value mask, boolean causal) {
    Value q = linear(name + ".q", x);
    Value k = linear(name + ".k", context);
    Value v = linear(name + ".v", context);
    Value seen = g.plus(x, g.attention(q, k, v, mask, causal, HEADS, 0.5));
    return g.plus(seen, linear(name + ".mlp", g.gelu(seen, GeluForm.ERF)));
  }

  private Value linear(String name, Value x) {
    return g.linear(
        x,
        g.parameter(name + ".weight", Initializer.ZEROS, WIDTH, WIDTH),
        g.parameter(name + ".bias", Initializer.ZEROS, WIDTH));
  }

  private Incremental.Steps assertSteps(Value logits) {
    g.output("logits", logits);
    Graph whole = g.build();
    Incremental.Steps steps = Incremental.of(whole, "tokens").orElseThrow();
    Weights weights = weights(whole);
    Tensor seen = random("picture", 2, 3, WIDTH);
    Array all =
        Interpreter.run(
                whole, weights, Map.of("tokens", Tensor.of(TOKENS, 2, LONGEST), "picture", seen))
            .get("logits");
    Map<String, Tensor> inputs = new HashMap<>();
    Interpreter.run(steps.once(), weights, Map.of("picture", seen))
        .forEach((name, array) -> inputs.put(name, tensor(array)));
    for (Incremental.Cache cache : steps.caches()) {
      inputs.put(cache.past(), Tensor.of(new float[0], 2, 0, cache.width()));
    }
    for (int length = 1; length <= LONGEST; length++) {
      long[] ids = new long[2 * length];
      System.arraycopy(TOKENS, 0, ids, 0, length);
      System.arraycopy(TOKENS, LONGEST, ids, length, length);
      inputs.put("tokens", Tensor.of(ids, 2, length));
      Map<String, Array> outputs = Interpreter.run(steps.step(), weights, inputs);
      float[] row = tensor(outputs.get("logits")).toFloats();
      float[] expected = tensor(all).toFloats();
      for (int batch = 0; batch < 2; batch++) {
        for (int i = 0; i < VOCABULARY; i++) {
          assertThat((double) row[batch * VOCABULARY + i])
              .as("token %d of %d", length, batch)
              .isCloseTo(expected[(batch * LONGEST + length - 1) * VOCABULARY + i], within(1e-5));
        }
      }
      for (Incremental.Cache cache : steps.caches()) {
        inputs.put(cache.past(), tensor(outputs.get(cache.present())));
      }
    }
    return steps;
  }

  private static Tensor tensor(Array array) {
    float[] values = new float[array.data().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) array.data()[i];
    }
    return Tensor.of(values, Arrays.stream(array.shape()).asLongStream().toArray());
  }

  private static Weights weights(Graph graph) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    graph.parameters().forEach(p -> tensors.put(p.name(), random(p.name(), p.shape().sizes())));
    return Weights.of(tensors);
  }

  private static Tensor random(String name, long... shape) {
    Random random = new Random(name.hashCode());
    float[] values = new float[Math.toIntExact(Tensor.count(shape))];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian() / 2;
    }
    return Tensor.of(values, shape);
  }
}
