package org.openclip.testkit;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.openclip.api.backend.Backend;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.AdamW;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.api.training.UpdateRule;

/** The squares' sum as an objective: its derivative is twice the result, so as large. */
final class Squares {
  /** Graphs with more weights than this are rewritten, which joins layers to other kernels. */
  private static final int LARGE = 1_000_000;

  private Squares() {}

  /**
   * Opens a trainer of the graph's {@code result}.
   *
   * @param rewritten whether the backend is made to rewrite the graph
   */
  static Trainer train(Backend backend, Graph graph, Weights weights, boolean rewritten) {
    Map<String, UpdateRule> rules = new LinkedHashMap<>();
    graph.parameters().stream()
        .filter(LeafOp.Parameter::trained)
        .forEach(p -> rules.put(p.name(), new UpdateRule(1, 0)));
    Map<String, Tensor> all = new LinkedHashMap<>();
    weights.names().forEach(name -> all.put(name, weights.get(name)));
    if (rewritten) {
      all.put("large", Tensor.of(new float[LARGE], LARGE));
    }
    Graph objective = objective(graph.outputs().get("result"), rewritten);
    return backend.train(
        TrainingPlan.of(List.of(graph), objective, new AdamW(0.9, 0.999, 1e-8), rules),
        Weights.of(all));
  }

  private static Graph objective(Value value, boolean rewritten) {
    GraphBuilder graph = new GraphBuilder("objective");
    Value result =
        graph.input("result", DataType.FLOAT32, value.shape().dims().toArray(Dim[]::new));
    int[] axes = IntStream.range(0, value.shape().rank()).toArray();
    Value loss = graph.reduce(graph.times(result, result), Reduction.SUM, axes);
    if (rewritten) {
      Value large = graph.parameter("large", Initializer.ZEROS, LARGE);
      loss = graph.plus(loss, graph.reduce(large, Reduction.SUM, 0));
    }
    graph.output(TrainingPlan.LOSS, loss);
    return graph.build();
  }
}
