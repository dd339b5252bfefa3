package org.openclip.backend.tf.lowering;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.LayoutOp;
import org.openclip.api.graph.Shape;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.backend.tf.runtime.Output;

/** The translation of operators that move elements. */
final class LayoutLowering {
  private static final List<Integer> TO_CHANNELS_LAST = List.of(0, 2, 3, 1);
  private static final List<Integer> FROM_CHANNELS_LAST = List.of(0, 3, 1, 2);

  private final Lowering lowering;
  private final Emitter out;

  LayoutLowering(Lowering lowering) {
    this.lowering = lowering;
    this.out = lowering.out();
  }

  void lower(LayoutOp op, Value value) {
    switch (op) {
      case LayoutOp.Reshape(Value input, Shape shape) ->
          lowering.put(value, lowering.sizes().reshape(lowering.plain(input), shape));
      case LayoutOp.Transpose(Value input, List<Integer> permutation) ->
          transpose(input, permutation, value);
      case LayoutOp.Concat(List<Value> parts, int axis) ->
          lowering.put(value, out.concat(parts.stream().map(lowering::plain).toList(), axis));
      case LayoutOp.Slice slice -> slice(slice, value);
      case LayoutOp.Pad pad -> lowering.put(value, pad(pad));
      case LayoutOp.Broadcast(Value input, Shape shape) ->
          lowering.put(
              value, out.op("BroadcastTo", lowering.plain(input), lowering.sizes().list(shape)));
      case LayoutOp.Gather gather ->
          lowering.put(
              value,
              out.begin(
                      "GatherV2",
                      lowering.plain(gather.data()),
                      lowering.plain(gather.indices()),
                      out.integer(gather.axis()))
                  .attr("batch_dims", gather.batchAxes())
                  .build());
    }
  }

  /** Between pictures with channels first and last nothing moves: it is the form that changes. */
  private void transpose(Value input, List<Integer> permutation, Value value) {
    DataType type = value.type();
    if (permutation.equals(TO_CHANNELS_LAST)
        && lowering.forms(input).lies(input, Layout.CHANNELS_LAST)) {
      lowering.put(value, lowering.get(input, Layout.CHANNELS_LAST, type));
    } else if (permutation.equals(FROM_CHANNELS_LAST)) {
      lowering.put(value, Layout.CHANNELS_LAST, type, lowering.plain(input));
    } else {
      lowering.put(value, out.op("Transpose", lowering.plain(input), out.integers(permutation)));
    }
  }

  private void slice(LayoutOp.Slice slice, Value value) {
    Value input = slice.input();
    Form part = lowering.splits().part(value, input, lowering.forms(input).first(input));
    if (part != null) {
      lowering.put(value, part.layout(), part.type(), part.output());
    } else {
      lowering.put(value, slice(slice));
    }
  }

  private Output slice(LayoutOp.Slice slice) {
    Shape shape = slice.input().shape();
    List<Dim> from = new ArrayList<>(Collections.nCopies(shape.rank(), Dim.of(0)));
    from.set(slice.axis(), slice.start());
    Shape size = shape.with(slice.axis(), slice.end().minus(slice.start()));
    Output begin = lowering.sizes().list(new Shape(from));
    Output sizes =
        size.dim(slice.axis()).fixed()
            ? out.integers(Sizes.withMinusOne(size))
            : lowering.sizes().list(size);
    return out.op("Slice", lowering.plain(slice.input()), begin, sizes);
  }

  private Output pad(LayoutOp.Pad pad) {
    int rank = pad.input().shape().rank();
    List<Integer> around = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) {
      around.add(pad.before().get(axis));
      around.add(pad.after().get(axis));
    }
    Output paddings = out.op("Reshape", out.integers(around), out.integers(rank, 2));
    Output number = out.number(pad.number(), pad.input().type());
    return out.op("PadV2", lowering.plain(pad.input()), paddings, number);
  }
}
