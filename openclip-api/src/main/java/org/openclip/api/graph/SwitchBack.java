package org.openclip.api.graph;

import java.util.function.Predicate;
import org.openclip.api.graph.NeuralOp.Linear;
import org.openclip.api.graph.NeuralOp.SwitchBackForm;
import org.openclip.api.graph.NeuralOp.SwitchBackLinear;

/** Replaces linear layers of a graph by layers that multiply 8-bit integers in training. */
public final class SwitchBack {
  private SwitchBack() {}

  /**
   * Returns a graph with the same inputs, parameters and outputs, some of whose linear layers are
   * {@link SwitchBackLinear}.
   *
   * @param form what of a weight is rounded together
   * @param weights which layers, by the name of the weight, such as {@code
   *     visual.transformer.resblocks.0.mlp.c_fc.weight}
   */
  public static Graph of(Graph graph, SwitchBackForm form, Predicate<String> weights) {
    GraphCopy copy = new GraphCopy(graph);
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Linear linear
          && graph.nodes().get(linear.weight().id()).op() instanceof LeafOp.Parameter parameter
          && weights.test(parameter.name())) {
        copy.put(node.value(), replaced(copy, linear, form));
      } else {
        copy.copy(node);
      }
    }
    return copy.finish();
  }

  private static Value replaced(GraphCopy copy, Linear linear, SwitchBackForm form) {
    Value bias = linear.bias();
    return copy.builder()
        .add(
            new SwitchBackLinear(
                copy.of(linear.input()),
                copy.of(linear.weight()),
                bias == null ? null : copy.of(bias),
                form));
  }
}
