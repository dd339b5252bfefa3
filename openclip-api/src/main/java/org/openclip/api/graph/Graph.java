package org.openclip.api.graph;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A computation as an immutable value: nodes in an order in which each comes after its inputs.
 *
 * @param name the name of the computation, for messages, such as {@code image}
 * @param nodes the nodes; the id of a value is the index of its node
 * @param outputs the values that a run returns, by name, in order
 */
public record Graph(String name, List<Node> nodes, Map<String, Value> outputs) {
  /** Copies the collections. */
  public Graph {
    nodes = List.copyOf(nodes);
    outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
  }

  /** Returns the inputs of a run, in order. */
  public List<LeafOp.Input> inputs() {
    return leaves(LeafOp.Input.class).toList();
  }

  /** Returns the tensors of the state dict that the computation reads, in order. */
  public List<LeafOp.Parameter> parameters() {
    return leaves(LeafOp.Parameter.class).toList();
  }

  private <T extends LeafOp> Stream<T> leaves(Class<T> kind) {
    return nodes.stream().map(Node::op).filter(kind::isInstance).map(kind::cast);
  }
}
