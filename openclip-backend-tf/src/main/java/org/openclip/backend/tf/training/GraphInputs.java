package org.openclip.backend.tf.training;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.InputCheck;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.graph.Node;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.Tensor;

/** The check of what several graphs together are fed. */
final class GraphInputs {
  private GraphInputs() {}

  /** Checks tensors against inputs as if they were those of one graph. */
  static void check(Collection<LeafOp.Input> inputs, Map<String, Tensor> tensors) {
    List<Node> nodes = new ArrayList<>();
    for (LeafOp.Input input : inputs) {
      Value value = new Value(nodes.size(), input.name(), input.shape(), input.type());
      nodes.add(new Node(value, input));
    }
    InputCheck.check(new Graph("training", nodes, Map.of()), tensors);
  }
}
