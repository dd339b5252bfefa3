package org.openclip.backend.tf.lowering;

import org.openclip.api.tensor.DataType;
import org.openclip.backend.tf.runtime.Output;

/** Rounds matrices to 8-bit integers, and computes their products, which are exact. */
final class IntegerProducts {
  static final int LARGEST = 127;

  private final Emitter out;
  private final ExactSums sums;

  IntegerProducts(Emitter out) {
    this.out = out;
    this.sums = new ExactSums(out);
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
    Output product = sums.product(left.numbers(), right, transposed, length);
    return out.op("Mul", out.op("Mul", product, left.scale()), scale);
  }
}
