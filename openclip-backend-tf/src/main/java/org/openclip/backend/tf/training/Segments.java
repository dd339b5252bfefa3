package org.openclip.backend.tf.training;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.graph.Node;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;

/**
 * A graph cut where a single value leads from all that is before to all that is after, as between
 * the blocks of a transformer: each part can be computed again from that value alone (Chen et al.
 * 2016, arXiv 1604.06174).
 *
 * <p>What follows from no float parameter and no float input, such as a mask, is cheap and belongs
 * to every part that reads it. A graph without such places is one part.
 */
final class Segments {
  /** The name of the input that leads into a part, and of the output that leads out of it. */
  static final String THROUGH = "#through";

  private static final int FEWEST_NODES = 8;

  private final Graph graph;
  private final BitSet cheap = new BitSet();
  private final int[] lastReader;

  private Segments(Graph graph) {
    this.graph = graph;
    this.lastReader = new int[graph.nodes().size()];
  }

  /** Returns the parts in order; each has all inputs of the graph, of which it may read few. */
  static List<Graph> of(Graph graph) {
    Segments segments = new Segments(graph);
    segments.follow();
    return segments.cut();
  }

  private void follow() {
    for (Node node : graph.nodes()) {
      int id = node.value().id();
      boolean cheapHere =
          switch (node.op()) {
            case LeafOp.Input input -> !input.type().floating();
            case LeafOp.Parameter parameter -> !parameter.type().floating();
            case LeafOp leaf -> true;
            default -> node.op().inputs().stream().allMatch(v -> cheap.get(v.id()));
          };
      cheap.set(id, cheapHere);
      node.op().inputs().forEach(input -> lastReader[input.id()] = id);
    }
    graph.outputs().values().forEach(v -> lastReader[v.id()] = graph.nodes().size());
  }

  private List<Graph> cut() {
    List<Graph> parts = new ArrayList<>();
    int from = 0;
    Value into = null;
    int size = graph.nodes().size();
    for (int at = 0; at < size - 1; at++) {
      Value value = graph.nodes().get(at).value();
      if (at - from >= FEWEST_NODES && aloneAt(at)) {
        parts.add(part(into, from, at + 1, Map.of(THROUGH, value)));
        into = value;
        from = at + 1;
      }
    }
    parts.add(part(into, from, size, graph.outputs()));
    return parts;
  }

  /** Returns whether a node's value is all that later nodes read of it and what is before it. */
  private boolean aloneAt(int at) {
    Node last = graph.nodes().get(at);
    if (cheap.get(at) || last.op() instanceof LeafOp || last.value().type() != DataType.FLOAT32) {
      return false;
    }
    for (int i = 0; i < at; i++) {
      boolean parameter = graph.nodes().get(i).op() instanceof LeafOp.Parameter;
      if (lastReader[i] > at && !cheap.get(i) && !parameter) {
        return false;
      }
    }
    return lastReader[at] > at;
  }

  private Graph part(@Nullable Value into, int from, int to, Map<String, Value> outputs) {
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes().subList(0, from)) {
      if (cheap.get(node.value().id()) || node.op() instanceof LeafOp) {
        nodes.add(node);
      }
    }
    if (into != null) {
      nodes.add(new Node(into, new LeafOp.Input(THROUGH, into.shape(), into.type())));
    }
    nodes.addAll(graph.nodes().subList(from, to));
    return new Graph(graph.name(), nodes, new LinkedHashMap<>(outputs));
  }
}
