package org.openclip.backend.tf.lowering;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.openclip.api.OpenClipException;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Shape;
import org.openclip.backend.tf.runtime.Output;

/** Sizes of dimensions, some of which are known only at run time. */
final class Sizes {
  private final Emitter out;
  private final boolean freeLength;
  private final Map<String, Output> symbols = new HashMap<>();

  /**
   * Creates sizes.
   *
   * @param freeLength whether the second axis of a batch of sequences may be shorter than its size
   */
  Sizes(Emitter out, boolean freeLength) {
    this.out = out;
    this.freeLength = freeLength;
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
    if (freeLength && sequences(shape)) {
      return out.op("Reshape", input, out.pack(lengthLeftOpen(shape)));
    }
    long unknown = shape.dims().stream().filter(d -> !d.fixed()).count();
    boolean empty = shape.dims().stream().anyMatch(Dim.of(0)::equals);
    Output list = unknown == 1 && !empty ? out.integers(withMinusOne(shape)) : list(shape);
    return out.op("Reshape", input, list);
  }

  private static boolean sequences(Shape shape) {
    return shape.rank() >= 3
        && !shape.dim(0).fixed()
        && shape.dims().subList(1, shape.rank()).stream().allMatch(Dim::fixed);
  }

  private List<Output> lengthLeftOpen(Shape shape) {
    List<Output> sizes = new ArrayList<>();
    for (int axis = 0; axis < shape.rank(); axis++) {
      sizes.add(axis == 1 ? out.integer(-1) : size(shape.dim(axis)));
    }
    return sizes;
  }

  /** Returns the sizes with -1 for those that are not known yet. */
  static long[] withMinusOne(Shape shape) {
    return shape.dims().stream().mapToLong(d -> d.fixed() ? d.size() : -1).toArray();
  }
}
