package org.openclip.backend.tf.lowering;

import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.LayoutOp;
import org.openclip.api.graph.Node;
import org.openclip.api.graph.Value;
import org.openclip.backend.tf.runtime.Output;

/**
 * Slices that cut a value evenly along its last axis, such as queries, keys and values out of one
 * product. They are one operation, whose derivative puts the parts side by side, where those of
 * single slices are each filled up with zeros and added.
 */
final class Splits {
  private final Emitter out;
  private final Map<Integer, Part> parts = new HashMap<>();
  private final Map<Integer, Output> done = new HashMap<>();

  /**
   * A part of a value.
   *
   * @param count of how many
   * @param index which one
   */
  private record Part(int count, int index) {}

  /**
   * Finds the even cuts of a graph.
   *
   * @param needed the ids of the values that are computed; a cut of which some part is not is left
   *     to slices
   */
  Splits(Emitter out, Graph graph, BitSet needed) {
    this.out = out;
    Map<Integer, Map<Value, LayoutOp.Slice>> cuts = new LinkedHashMap<>();
    for (Node node : graph.nodes()) {
      if (needed.get(node.value().id())
          && node.op() instanceof LayoutOp.Slice slice
          && slice.axis() == slice.input().shape().rank() - 1
          && slice.input().shape().dim(-1).fixed()
          && slice.start().fixed()
          && slice.end().fixed()) {
        cuts.computeIfAbsent(slice.input().id(), id -> new LinkedHashMap<>())
            .put(node.value(), slice);
      }
    }
    cuts.values().forEach(this::learn);
  }

  private void learn(Map<Value, LayoutOp.Slice> cut) {
    LayoutOp.Slice any = cut.values().iterator().next();
    long whole = any.input().shape().size(-1);
    long width = any.end().size() - any.start().size();
    boolean even =
        cut.size() > 1
            && width * cut.size() == whole
            && cut.values().stream()
                .allMatch(
                    s ->
                        s.end().size() - s.start().size() == width && s.start().size() % width == 0)
            && cut.values().stream().map(s -> s.start().size()).collect(Collectors.toSet()).size()
                == cut.size();
    if (even) {
      cut.forEach(
          (value, slice) ->
              parts.put(value.id(), new Part(cut.size(), (int) (slice.start().size() / width))));
    }
  }

  /**
   * Returns a slice as a part of a cut, in the form of the whole.
   *
   * @param value the slice
   * @param input what it is cut from
   * @param whole a form of the latter
   * @return null when it is no part of an even cut, or the form's last axis is another
   */
  @Nullable Form part(Value value, Value input, Form whole) {
    Part part = parts.get(value.id());
    if (part == null || whole.layout() == Layout.CHANNELS_LAST) {
      return null;
    }
    int axis = whole.layout() == Layout.ROWS ? 1 : input.shape().rank() - 1;
    Output split =
        done.computeIfAbsent(
            input.id(),
            id ->
                out.begin("Split", out.integer(axis), whole.output())
                    .attr("num_split", (long) part.count())
                    .build());
    return new Form(whole.layout(), whole.type(), new Output(split.operation(), part.index()));
  }
}
