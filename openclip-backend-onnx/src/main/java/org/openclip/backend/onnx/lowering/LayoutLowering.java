package org.openclip.backend.onnx.lowering;

import static org.openclip.backend.onnx.model.OnnxGraph.integer;
import static org.openclip.backend.onnx.model.OnnxGraph.integers;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.LayoutOp;
import org.openclip.api.graph.Shape;
import org.openclip.api.graph.Value;
import org.openclip.backend.onnx.model.OnnxGraph;

/** The operators that move elements. */
final class LayoutLowering {
  private final Lowering graph;
  private final OnnxGraph out;

  LayoutLowering(Lowering graph) {
    this.graph = graph;
    this.out = graph.out();
  }

  String lower(LayoutOp op) {
    String first = graph.name(op.inputs().get(0));
    return switch (op) {
      case LayoutOp.Reshape(Value input, Shape shape) -> graph.sizes().reshape(first, shape);
      case LayoutOp.Transpose(Value input, List<Integer> permutation) ->
          out.node("Transpose", List.of(first), integers("perm", permutation));
      case LayoutOp.Concat(List<Value> values, int axis) ->
          out.node("Concat", values.stream().map(graph::name).toList(), integer("axis", axis));
      case LayoutOp.Slice(Value input, int axis, Dim start, Dim end) ->
          slice(first, axis, graph.sizes().vector(start), graph.sizes().vector(end));
      case LayoutOp.Pad p -> {
        List<Integer> pads = new ArrayList<>(p.before());
        pads.addAll(p.after());
        yield out.node(
            "Pad",
            List.of(
                first,
                out.integers(pads.stream().mapToLong(i -> i).toArray()),
                out.number(p.number(), graph.type(p.input()))));
      }
      case LayoutOp.Broadcast(Value input, Shape shape) -> graph.sizes().expand(first, shape);
      case LayoutOp.Gather gather -> gather(gather);
    };
  }

  private String slice(String input, int axis, String start, String end) {
    return out.node("Slice", List.of(input, start, end, out.integers(axis)));
  }

  private String gather(LayoutOp.Gather gather) {
    String data = graph.name(gather.data());
    String indices = graph.name(gather.indices());
    int axis = gather.axis();
    if (gather.batchAxes() == 0) {
      return out.node("Gather", List.of(data, indices), integer("axis", axis));
    }
    // GatherND reads the axis behind the batch. The gathered axis is moved there, and back.
    int rank = gather.data().shape().rank();
    if (axis != 1) {
      List<Integer> front = new ArrayList<>(List.of(0, axis));
      IntStream.range(1, rank).filter(i -> i != axis).forEach(front::add);
      data = out.node("Transpose", List.of(data), integers("perm", front));
    }
    String column = out.node("Unsqueeze", List.of(indices, out.integers(-1)));
    String found = out.node("GatherND", List.of(data, column), integer("batch_dims", 1));
    if (axis != 1) {
      int indexed = gather.indices().shape().rank() - 1;
      List<Integer> back = new ArrayList<>(List.of(0));
      IntStream.range(0, axis - 1).forEach(i -> back.add(1 + indexed + i));
      IntStream.range(0, indexed).forEach(i -> back.add(1 + i));
      IntStream.range(axis - 1, rank - 2).forEach(i -> back.add(1 + indexed + i));
      found = out.node("Transpose", List.of(found), integers("perm", back));
    }
    return found;
  }
}
