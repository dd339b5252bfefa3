package org.openclip.backend.tf.lowering;

import java.util.Objects;
import org.openclip.api.tensor.DataType;
import org.openclip.backend.tf.runtime.Output;

/**
 * Products of matrices of 8-bit integers. TensorFlow has no fast kernel for such matrices on
 * processors, but its products of float32 are exact as long as no sum of products exceeds 2^24,
 * which holds for 1040 products of integers from -127 to 127. Longer sums are cut, and their parts
 * are added as int32.
 */
final class ExactSums {
  /** How many products of two such numbers have a sum that float32 holds, in any order. */
  static final int EXACT = (1 << 24) / (IntegerProducts.LARGEST * IntegerProducts.LARGEST);

  private final Emitter out;

  ExactSums(Emitter out) {
    this.out = out;
  }

  /** Returns the product, {@code float32}; its sums have a number of products. */
  Output product(Output left, Output right, boolean transposed, long length) {
    if (length <= EXACT) {
      return multiply(left, right, transposed);
    }
    long parts = Math.ceilDiv(length, EXACT);
    long size = Math.ceilDiv(length, parts);
    Output sum = null;
    for (long from = 0; from < length; from += size) {
      long width = Math.min(size, length - from);
      Output part =
          out.cast(
              multiply(
                  columns(left, from, width),
                  transposed ? columns(right, from, width) : rows(right, from, width),
                  transposed),
              DataType.FLOAT32,
              DataType.INT32);
      sum = sum == null ? part : out.op("AddV2", sum, part);
    }
    return out.cast(Objects.requireNonNull(sum), DataType.INT32, DataType.FLOAT32);
  }

  private Output multiply(Output left, Output right, boolean transposed) {
    return out.begin("MatMul", left, right).attr("transpose_b", transposed).build();
  }

  private Output columns(Output matrix, long from, long width) {
    return out.op("Slice", matrix, out.integers(0, from), out.integers(-1, width));
  }

  private Output rows(Output matrix, long from, long height) {
    return out.op("Slice", matrix, out.integers(from, 0), out.integers(height, -1));
  }
}
