package org.openclip.api.graph;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.openclip.api.graph.LayoutOp.Slice;
import org.openclip.api.graph.NeuralOp.Linear;

/** Linear layers without the columns of their results that nobody reads. */
final class Trimming {
  private final Uses uses;
  private final GraphCopy copy;

  /** The first column that is left of each trimmed layer, by its id. */
  private final Map<Integer, Long> first = new HashMap<>();

  private Trimming(Graph graph) {
    this.uses = new Uses(graph);
    this.copy = new GraphCopy(graph);
  }

  /** Returns the graph with every linear layer from the first column read to the last. */
  static Graph of(Graph graph) {
    Trimming trimming = new Trimming(graph);
    for (Node node : graph.nodes()) {
      switch (node.op()) {
        case Linear linear -> trimming.trim(node, linear);
        case Slice slice when trimming.first.containsKey(slice.input().id()) ->
            trimming.shift(node.value(), slice);
        default -> trimming.copy.copy(node);
      }
    }
    return trimming.copy.finish();
  }

  private void trim(Node node, Linear linear) {
    Value value = node.value();
    int last = value.shape().rank() - 1;
    List<Node> readers = uses.readers(value).toList();
    boolean sliced =
        uses.isInner(value)
            && readers.stream().allMatch(r -> r.op() instanceof Slice s && s.axis() == last);
    if (!sliced) {
      copy.copy(node);
      return;
    }
    List<Slice> slices = readers.stream().map(reader -> (Slice) reader.op()).toList();
    long from = slices.stream().mapToLong(s -> s.start().size()).min().orElseThrow();
    long to = slices.stream().mapToLong(s -> s.end().size()).max().orElseThrow();
    if (to - from == value.shape().size(last)) {
      copy.copy(node);
      return;
    }
    GraphBuilder g = copy.builder();
    Value bias = linear.bias();
    copy.put(
        value,
        g.linear(
            copy.of(linear.input()),
            g.slice(copy.of(linear.weight()), 0, from, to),
            bias == null ? null : g.slice(copy.of(bias), 0, from, to)));
    first.put(value.id(), from);
  }

  private void shift(Value value, Slice slice) {
    Value trimmed = copy.of(slice.input());
    long from = first.getOrDefault(slice.input().id(), 0L);
    Dim start = slice.start().plus(-from);
    Dim end = slice.end().plus(-from);
    copy.put(value, copy.builder().slice(trimmed, slice.axis(), start, end));
  }
}
