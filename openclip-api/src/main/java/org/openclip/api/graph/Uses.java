package org.openclip.api.graph;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;

/** Who reads which value of a graph, of the nodes that some output depends on. */
final class Uses {
  private final List<List<Node>> readers = new ArrayList<>();
  private final BitSet outputs = new BitSet();

  Uses(Graph graph) {
    graph.nodes().forEach(node -> readers.add(new ArrayList<>()));
    graph.outputs().values().forEach(value -> outputs.set(value.id()));
    for (Node node : graph.nodes().reversed()) {
      if (isUsed(node.value())) {
        node.op().inputs().stream().distinct().forEach(v -> readers.get(v.id()).add(node));
      }
    }
  }

  /** Returns whether an output depends on the value. */
  boolean isUsed(Value value) {
    return outputs.get(value.id()) || !readers.get(value.id()).isEmpty();
  }

  /** Returns whether only nodes read the value, and it is not an output itself. */
  boolean isInner(Value value) {
    return !outputs.get(value.id()) && !readers.get(value.id()).isEmpty();
  }

  /** Returns the nodes that read the value. */
  Stream<Node> readers(Value value) {
    return readers.get(value.id()).stream();
  }
}
