package org.openclip.backend.tf.lowering;

import java.util.ArrayList;
import java.util.List;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Shape;
import org.openclip.backend.tf.runtime.Output;

/** Changes of shapes, some of whose sizes are known only at run time. */
final class Reshaping {
  private final Emitter out;
  private final Sizes sizes;
  private final boolean freeLength;

  /**
   * Creates it.
   *
   * @param freeLength whether the second axis of a batch of sequences may be shorter than its size
   */
  Reshaping(Emitter out, Sizes sizes, boolean freeLength) {
    this.out = out;
    this.sizes = sizes;
    this.freeLength = freeLength;
  }

  /** Reshapes; a single size that is not known yet is left to the runtime to find. */
  Output reshape(Output input, Shape shape) {
    if (freeLength && sequences(shape)) {
      return out.op("Reshape", input, out.pack(lengthLeftOpen(shape)));
    }
    long unknown = shape.dims().stream().filter(d -> !d.fixed()).count();
    boolean empty = shape.dims().stream().anyMatch(Dim.of(0)::equals);
    Output list =
        unknown == 1 && !empty ? out.integers(Sizes.withMinusOne(shape)) : sizes.list(shape);
    return out.op("Reshape", input, list);
  }

  private static boolean sequences(Shape shape) {
    return shape.rank() >= 3
        && !shape.dim(0).fixed()
        && shape.dims().subList(1, shape.rank()).stream().allMatch(Dim::fixed);
  }

  private List<Output> lengthLeftOpen(Shape shape) {
    List<Output> open = new ArrayList<>();
    for (int axis = 0; axis < shape.rank(); axis++) {
      open.add(axis == 1 ? out.integer(-1) : sizes.size(shape.dim(axis)));
    }
    return open;
  }
}
