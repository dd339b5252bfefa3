package org.openclip.testkit;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.Optimizer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.api.training.UpdateRule;

/** Two small towers of residual blocks over sequences, and the contrast between their features. */
final class TrainingCase {
  static final int BATCH = 6;
  private static final int LENGTH = 5;
  private static final int WIDTH = 8;

  private final double dropout;
  private final double patchDropout;

  /**
   * Creates a case.
   *
   * @param dropout the share of elements zeroed in every block
   * @param patchDropout the share of tokens left out
   */
  TrainingCase(double dropout, double patchDropout) {
    this.dropout = dropout;
    this.patchDropout = patchDropout;
  }

  private Graph tower(String name) {
    GraphBuilder g = new GraphBuilder(name);
    Value x = g.input(name, DataType.FLOAT32, Dim.BATCH, Dim.of(LENGTH), Dim.of(WIDTH));
    x = g.patchDropout(x, patchDropout, 1);
    for (int block = 0; block < 3; block++) {
      GraphBuilder scope = g.scope(name + "." + block);
      Value y = Layers.layerNorm(scope, "ln_1", x, 1e-5);
      Value q = Layers.linear(scope, "q", y, WIDTH);
      Value a = g.attention(q, y, y, null, false, 2, 0.5);
      x = g.plus(x, g.dropout(a, dropout));
      Value z = Layers.layerNorm(scope, "ln_2", x, 1e-5);
      Value h = g.gelu(Layers.linear(scope, "fc", z, 2 * WIDTH), GeluForm.ERF);
      x = g.plus(x, g.dropPath(Layers.linear(scope, "proj", h, WIDTH), dropout));
    }
    g.output(name + "_features", g.l2Normalize(g.select(x, 1, Dim.of(0))));
    return g.build();
  }

  private static Graph objective() {
    GraphBuilder g = new GraphBuilder("objective");
    Value left = g.input("left_features", DataType.FLOAT32, Dim.BATCH, Dim.of(WIDTH));
    Value right = g.input("right_features", DataType.FLOAT32, Dim.BATCH, Dim.of(WIDTH));
    Value weight = g.input("weight", DataType.FLOAT32, Dim.BATCH);
    Value scale = g.unary(g.parameter("scale", Initializer.ONES), UnaryFunction.EXP);
    Value logits = g.times(g.matMulTransposed(left, right), scale);
    Value likely = g.pick(g.logSoftmax(logits, 1), g.range(Dim.BATCH));
    Value mean = g.reduce(g.times(likely, weight), Reduction.MEAN, 0);
    g.output(TrainingPlan.LOSS, g.unary(mean, UnaryFunction.NEGATE));
    g.output("largest", g.reduce(logits, Reduction.MAX, 0, 1));
    return g.build();
  }

  TrainingPlan plan(Optimizer optimizer, double gradientNorm, boolean checkpointing) {
    List<Graph> towers = List.of(tower("left"), tower("right"));
    Map<String, UpdateRule> rules = new LinkedHashMap<>();
    for (Graph tower : towers) {
      for (LeafOp.Parameter p : tower.parameters()) {
        rules.put(p.name(), new UpdateRule(1, p.shape().rank() > 1 ? 0.1 : 0));
      }
    }
    rules.put("scale", new UpdateRule(0.5, 0));
    rules.remove("left.0.ln_1.bias");
    return new TrainingPlan(
        towers,
        objective(),
        optimizer,
        rules,
        Set.of(),
        Map.of("scale", new TrainingPlan.Clamp(0, 1.001)),
        gradientNorm,
        checkpointing);
  }

  static Weights weights(TrainingPlan plan) {
    Random random = new Random(3);
    Map<String, Tensor> weights = new LinkedHashMap<>();
    plan.parameters()
        .forEach(
            (name, p) -> {
              int[] shape = new int[p.shape().rank()];
              for (int axis = 0; axis < shape.length; axis++) {
                shape[axis] = (int) p.shape().size(axis);
              }
              Array values = Array.normal(random, shape);
              for (int i = 0; i < values.data().length; i++) {
                values.data()[i] = (name.contains("ln_") ? 1 : 0) + 0.3 * values.data()[i];
              }
              weights.put(
                  name,
                  name.equals("scale")
                      ? Tensor.of(new float[] {1})
                      : values.tensor(DataType.FLOAT32));
            });
    return Weights.of(weights);
  }

  /** Returns some rows of one batch. */
  static Map<String, Tensor> rows(int from, int to) {
    Map<String, Tensor> batch = new HashMap<>();
    Random random = new Random(5);
    for (String name : List.of("left", "right")) {
      float[] all = Array.normal(random, BATCH, LENGTH, WIDTH).tensor(DataType.FLOAT32).toFloats();
      float[] some = java.util.Arrays.copyOfRange(all, from * LENGTH * WIDTH, to * LENGTH * WIDTH);
      batch.put(name, Tensor.of(some, to - from, LENGTH, WIDTH));
    }
    float[] weight = new float[to - from];
    for (int i = from; i < to; i++) {
      weight[i - from] = 1 + 0.1f * i;
    }
    batch.put("weight", Tensor.of(weight, to - from));
    return batch;
  }
}
