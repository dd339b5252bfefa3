package org.openclip.backend.tf.training;

import java.nio.ByteBuffer;
import java.util.List;
import org.openclip.api.tensor.Tensor;

/** Tensors joined and cut along their first axis. */
final class Rows {
  private Rows() {}

  /** Returns tensors one after the other. */
  static Tensor join(List<Tensor> parts) {
    ByteBuffer bytes = Tensor.allocate(parts.stream().mapToLong(Tensor::bytes).sum());
    parts.forEach(part -> bytes.put(part.data()));
    long[] shape = parts.get(0).shape();
    shape[0] = parts.stream().mapToLong(part -> part.shape()[0]).sum();
    return Tensor.of(parts.get(0).type(), bytes.flip(), shape);
  }

  /** Returns some rows of a tensor, over the same memory. */
  static Tensor slice(Tensor tensor, long from, long count) {
    long[] shape = tensor.shape();
    int row = Math.toIntExact(tensor.bytes() / shape[0]);
    shape[0] = count;
    ByteBuffer bytes = tensor.data().slice((int) (from * row), (int) (count * row));
    return Tensor.of(tensor.type(), bytes, shape);
  }
}
