package org.openclip.hub.checkpoint.torch;

import java.util.List;

/**
 * A tensor as a pickle describes it: a strided view of a storage.
 *
 * @param storage where the elements lie
 * @param type the type of the elements
 * @param offset the index of the first element in the storage
 * @param shape the dimensions, outermost first
 * @param strides for every dimension, how many elements of the storage lie between two neighbours
 */
record TensorView(
    Storage storage, ElementType type, long offset, List<Long> shape, List<Long> strides) {
  TensorView {
    shape = List.copyOf(shape);
    strides = List.copyOf(strides);
  }

  /**
   * Returns the number of elements.
   *
   * @throws ArithmeticException when it overflows
   */
  long count() {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }

  /**
   * Returns the index after the last element that the view reaches.
   *
   * @throws ArithmeticException when it overflows
   */
  long end() {
    long last = offset;
    for (int i = 0; i < shape.size(); i++) {
      if (shape.get(i) == 0) {
        return offset;
      }
      last = Math.addExact(last, Math.multiplyExact(shape.get(i) - 1, strides.get(i)));
    }
    return Math.addExact(last, 1);
  }

  /** Returns whether the elements follow each other in row-major order. */
  boolean contiguous() {
    long expected = 1;
    for (int i = shape.size() - 1; i >= 0; i--) {
      if (shape.get(i) != 1 && strides.get(i) != expected) {
        return false;
      }
      expected *= Math.max(1, shape.get(i));
    }
    return true;
  }
}
