package org.openclip.api.graph;

import java.util.List;

/** Operators that rearrange elements without changing them. */
public sealed interface LayoutOp extends Op {
  /**
   * The same elements, in the same order, in another shape.
   *
   * @param input any shape
   * @param shape a shape of as many elements
   */
  record Reshape(Value input, Shape shape) implements LayoutOp {
    @Override
    public List<Value> inputs() {
      return List.of(input);
    }
  }

  /**
   * The axes in another order.
   *
   * @param input any shape
   * @param permutation for every axis of the result, the axis of the input that it is
   */
  record Transpose(Value input, List<Integer> permutation) implements LayoutOp {
    /** Copies the list. */
    public Transpose {
      permutation = List.copyOf(permutation);
    }

    @Override
    public List<Value> inputs() {
      return List.of(input);
    }
  }

  /**
   * Values one after the other along an axis.
   *
   * @param parts one or more values, of one type, alike in all other axes
   * @param axis the axis, counted from the front
   */
  record Concat(List<Value> parts, int axis) implements LayoutOp {
    /** Copies the list. */
    public Concat {
      parts = List.copyOf(parts);
    }

    @Override
    public List<Value> inputs() {
      return parts;
    }
  }

  /**
   * The elements from {@code start} to before {@code end} along an axis.
   *
   * @param input any shape
   * @param axis the axis, counted from the front
   * @param start the first index, at least 0
   * @param end the index after the last
   */
  record Slice(Value input, int axis, Dim start, Dim end) implements LayoutOp {
    @Override
    public List<Value> inputs() {
      return List.of(input);
    }
  }

  /**
   * Elements of one number added around.
   *
   * @param input any shape
   * @param before how many come before, for every axis
   * @param after how many come after, for every axis
   * @param number the number
   */
  record Pad(Value input, List<Integer> before, List<Integer> after, double number)
      implements LayoutOp {
    /** Copies the lists. */
    public Pad {
      before = List.copyOf(before);
      after = List.copyOf(after);
    }

    @Override
    public List<Value> inputs() {
      return List.of(input);
    }
  }

  /**
   * Axes of size 1 (or missing in front) repeated to a larger shape.
   *
   * @param input a shape that can be broadcast
   * @param shape the shape of the result
   */
  record Broadcast(Value input, Shape shape) implements LayoutOp {
    @Override
    public List<Value> inputs() {
      return List.of(input);
    }
  }

  /**
   * Slices of a value by index along an axis.
   *
   * <p>The result's shape is that of {@code data} with the axis replaced by the axes of {@code
   * indices} after the first {@code batchAxes}, which both have in common.
   *
   * @param data any shape
   * @param indices {@code int64}, each at least 0 and below the axis' size
   * @param axis the axis of {@code data}, counted from the front, at least {@code batchAxes}
   * @param batchAxes how many leading axes are paired, one to one; 0 or 1
   */
  record Gather(Value data, Value indices, int axis, int batchAxes) implements LayoutOp {
    @Override
    public List<Value> inputs() {
      return List.of(data, indices);
    }
  }
}
