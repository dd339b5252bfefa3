package org.openclip.backend.tf.lowering;

import java.util.HashMap;
import java.util.Map;
import org.openclip.api.OpenClipException;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Shape;
import org.openclip.backend.tf.runtime.Output;

/** Sizes of dimensions, some of which are known only at run time. */
final class Sizes {
  private final Emitter out;
  private final Reshaping reshaping;
  private final Map<String, Output> symbols = new HashMap<>();

  /**
   * Creates sizes.
   *
   * @param freeLength whether the second axis of a batch of sequences may be shorter than its size
   */
  Sizes(Emitter out, boolean freeLength) {
    this.out = out;
    this.reshaping = new Reshaping(out, this, freeLength);
  }

  /** Learns symbols from the shape of an input. */
  void learn(Output input, Shape shape) {
    for (int axis = 0; axis < shape.rank(); axis++) {
      Dim dim = shape.dim(axis);
      if (!dim.fixed() && dim.equals(Dim.symbol(dim.symbol()))) {
        int at = axis;
        symbols.computeIfAbsent(
            dim.symbol(),
            s -> out.op("GatherV2", out.op("Shape", input), out.integer(at), out.integer(0)));
      }
    }
  }

  /** Returns a dimension as an {@code int32} scalar. */
  Output size(Dim dim) {
    if (dim.fixed()) {
      return out.integer(dim.size());
    }
    Output size = symbols.get(dim.symbol());
    if (size == null) {
      throw new OpenClipException("no input of the graph has the dimension " + dim.symbol());
    }
    if (dim.scale() != 1) {
      size = out.op("Mul", size, out.integer(dim.scale()));
    }
    return dim.offset() == 0 ? size : out.op("AddV2", size, out.integer(dim.offset()));
  }

  /** Returns a shape as an {@code int32} list. */
  Output list(Shape shape) {
    return shape.fixed()
        ? out.integers(shape.sizes())
        : out.pack(shape.dims().stream().map(this::size).toList());
  }

  /** Reshapes; a single size that is not known yet is left to the runtime to find. */
  Output reshape(Output input, Shape shape) {
    return reshaping.reshape(input, shape);
  }

  /** Returns the sizes with -1 for those that are not known yet. */
  static long[] withMinusOne(Shape shape) {
    return shape.dims().stream().mapToLong(d -> d.fixed() ? d.size() : -1).toArray();
  }
}
