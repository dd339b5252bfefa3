package org.openclip.hub.caption;

import java.nio.ByteBuffer;
import java.util.stream.IntStream;
import org.openclip.api.tensor.Tensor;

/** Rows of a tensor. */
final class Rows {
  private Rows() {}

  /**
   * Returns rows by number; the tensor itself when they are all of its rows in order.
   *
   * @param tensor {@code [n, …]}
   * @param numbers which rows, of which one may come several times
   */
  static Tensor of(Tensor tensor, int[] numbers) {
    long[] shape = tensor.shape();
    boolean all =
        numbers.length == shape[0]
            && IntStream.range(0, numbers.length).allMatch(i -> numbers[i] == i);
    if (all) {
      return tensor;
    }
    int bytes = Math.toIntExact(tensor.bytes() / shape[0]);
    ByteBuffer rows = Tensor.allocate((long) bytes * numbers.length);
    for (int i = 0; i < numbers.length; i++) {
      rows.put(i * bytes, tensor.data(), numbers[i] * bytes, bytes);
    }
    shape[0] = numbers.length;
    return Tensor.of(tensor.type(), rows, shape);
  }
}
