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
final class IntegerProducts {
  private static final int LARGEST = 127;

  /** How many products of two such numbers have a sum that float32 holds, in any order. */
  static final int EXACT = (1 << 24) / (LARGEST * LARGEST);

  private final Emitter out;

  IntegerProducts(Emitter out) {
    this.out = out;
  }

  /**
   * Numbers as integers times a scale.
   *
   * @param numbers integers from -127 to 127, {@code float32}
   * @param scale by what they are multiplied; its axes are those of the numbers, or of length 1
   */
  record Rounded(Output numbers, Output scale) {}

  /**
   * Rounds a matrix to integers, ties to even.
   *
   * @param axes along which there is one scale
   */
  Rounded rounded(Output matrix, long... axes) {
    Output largest = out.reduce("Max", out.op("Abs", matrix), true, axes);
    Output one = out.number(1, DataType.FLOAT32);
    Output zero = out.op("Equal", largest, out.number(0, DataType.FLOAT32));
    Output divisor = out.op("SelectV2", zero, one, largest);
    Output most = out.number(LARGEST, DataType.FLOAT32);
    // Multiplied after the division: the largest number becomes 127, whatever its size.
    Output numbers = out.op("Rint", out.op("Mul", out.op("Div", matrix, divisor), most));
    return new Rounded(numbers, out.op("Div", largest, most));
  }

  /**
   * Returns the product of rounded matrices, {@code float32}.
   *
   * @param left {@code [rows, length]}
   * @param right {@code [columns, length]} when transposed, else {@code [length, columns]}
   * @param length over how many products a sum goes
   * @param scale the scale of the right one's columns
   */
  Output product(Rounded left, Output right, boolean transposed, long length, Output scale) {
    Output sums = sums(left.numbers(), right, transposed, length);
    return out.op("Mul", out.op("Mul", sums, left.scale()), scale);
  }

  private Output sums(Output left, Output right, boolean transposed, long length) {
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
