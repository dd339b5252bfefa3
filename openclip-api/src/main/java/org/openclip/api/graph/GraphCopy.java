package org.openclip.api.graph;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** A graph written anew node by node, some of them in another form. */
final class GraphCopy {
  private final Graph original;
  private final GraphBuilder builder;
  private final Map<Integer, Value> copies = new HashMap<>();

  GraphCopy(Graph original) {
    this.original = original;
    this.builder = new GraphBuilder(original.name());
  }

  /** Returns the builder of the copy. */
  GraphBuilder builder() {
    return builder;
  }

  /** Returns what stands for a value of the original. */
  Value of(Value value) {
    return Objects.requireNonNull(copies.get(value.id()));
  }

  /** Lets a value of the copy stand for one of the original. */
  void put(Value value, Value copy) {
    copies.put(value.id(), copy);
  }

  /** Copies a value and everything that it depends on, unless that has been done. */
  void copyAll(Value value) {
    if (copies.containsKey(value.id())) {
      return;
    }
    Node node = original.nodes().get(value.id());
    node.op().inputs().forEach(this::copyAll);
    copy(node);
  }

  /** Copies a node as it is, unless that has been done. */
  void copy(Node node) {
    if (copies.containsKey(node.value().id())) {
      return;
    }
    put(
        node.value(),
        switch (node.op()) {
          case LeafOp.Input input ->
              builder.input(input.name(), input.type(), input.shape().dims().toArray(new Dim[0]));
          case LeafOp.Parameter parameter -> builder.parameter(parameter);
          default -> builder.add(new Rewiring(this::of).of(node.op()));
        });
  }

  /** Returns the copy, with the outputs of the original. */
  Graph finish() {
    original.outputs().forEach((name, value) -> builder.output(name, of(value)));
    return builder.build();
  }
}
