package org.openclip.hub.checkpoint;

import java.util.List;
import org.openclip.api.tensor.DataType;

/**
 * The type and the shape of a tensor.
 *
 * @param type the type of the elements
 * @param shape the dimensions, outermost first; empty for a scalar
 */
public record TensorLayout(DataType type, List<Long> shape) {
  /** Copies the shape. */
  public TensorLayout {
    shape = List.copyOf(shape);
  }

  /** Returns the number of elements. */
  public long count() {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }

  /** Returns the number of bytes of all elements. */
  public long bytes() {
    return Math.multiplyExact(count(), type.bytes());
  }

  /** Returns the dimensions as an array. */
  public long[] sizes() {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }
}
