package org.openclip.hub.checkpoint.naming;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.openclip.api.OpenClipException;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.hub.io.WeightMemory;

/** Tensors made of others: the same numbers in another order or shape. */
final class Rearranged {
  private Rearranged() {}

  /** Returns a tensor of zeros. */
  static Tensor zeros(DataType type, long... shape) {
    return Tensor.of(type, WeightMemory.allocate(Tensor.count(shape) * type.bytes()), shape);
  }

  /** Returns the same numbers in another shape of as many, over the same memory. */
  static Tensor reshaped(Tensor tensor, long... shape) {
    return Tensor.of(tensor.type(), tensor.data(), shape);
  }

  /** Returns the rows from one index of the first axis to before another, over the same memory. */
  static Tensor rows(Tensor tensor, long from, long to) {
    long[] shape = tensor.shape();
    if (shape.length == 0 || to > shape[0]) {
      throw new OpenClipException(
          "rows " + from + " to " + to + " do not exist in a tensor " + tensor);
    }
    int row = Math.toIntExact(tensor.bytes() / Math.max(1, shape[0]));
    ByteBuffer bytes = tensor.data();
    shape[0] = to - from;
    return Tensor.of(
        tensor.type(), bytes.slice(Math.toIntExact(from * row), (int) (to - from) * row), shape);
  }

  /** Returns tensors one after the other along the first axis. */
  static Tensor stacked(List<Tensor> parts) {
    long[] shape = parts.get(0).shape();
    shape[0] = 0;
    long bytes = 0;
    for (Tensor part : parts) {
      long[] own = part.shape();
      if (own.length != shape.length
          || part.type() != parts.get(0).type()
          || !Arrays.equals(own, 1, own.length, shape, 1, shape.length)) {
        throw new OpenClipException("tensors " + parts + " cannot be joined");
      }
      shape[0] += own[0];
      bytes += part.bytes();
    }
    ByteBuffer all = WeightMemory.allocate(bytes);
    parts.forEach(part -> all.put(part.data()));
    return Tensor.of(parts.get(0).type(), all.flip(), shape);
  }

  /** Returns a matrix with rows and columns exchanged. */
  static Tensor transposed(Tensor matrix) {
    return permuted(matrix, 1, 0);
  }

  /**
   * Returns a copy with the axes in another order.
   *
   * @param axes for every axis of the result, the axis of the tensor that it is
   */
  static Tensor permuted(Tensor tensor, int... axes) {
    long[] shape = tensor.shape();
    if (axes.length != shape.length) {
      throw new OpenClipException(
          "axes " + Arrays.toString(axes) + " are not those of a tensor " + tensor);
    }
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= shape[i];
    }
    long[] newShape = Arrays.stream(axes).mapToLong(a -> shape[a]).toArray();
    long[] newStrides = Arrays.stream(axes).mapToLong(a -> strides[a]).toArray();
    ByteBuffer source = tensor.data();
    ByteBuffer target = WeightMemory.allocate(tensor.bytes());
    copy(newShape, newStrides, 0, 0, tensor.type().bytes(), source, target);
    return Tensor.of(tensor.type(), target.flip(), newShape);
  }

  private static void copy(
      long[] shape,
      long[] strides,
      int axis,
      long element,
      int width,
      ByteBuffer source,
      ByteBuffer target) {
    if (axis < shape.length) {
      for (long i = 0; i < shape[axis]; i++) {
        copy(shape, strides, axis + 1, element + i * strides[axis], width, source, target);
      }
      return;
    }
    int at = (int) element * width;
    switch (width) {
      case 1 -> target.put(source.get(at));
      case 2 -> target.putShort(source.getShort(at));
      case 4 -> target.putInt(source.getInt(at));
      default -> target.putLong(source.getLong(at));
    }
  }
}
