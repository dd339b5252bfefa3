package org.openclip.backend.onnx.lowering;

import java.nio.ByteBuffer;
import org.openclip.api.backend.Processor;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;

/**
 * How far 8-bit weights may go from zero.
 *
 * <p>Without instructions for it, x86 processors multiply 8-bit integers by {@code vpmaddubsw},
 * which adds two products of an unsigned and a signed byte in 16 bits and cuts off what goes
 * beyond. Two products of at most 255 and 63 are at most 32130, which fits; of 127 they do not. So
 * there weights have 7 bits. VNNI and AMX add in 32 bits, as other processors do.
 */
public enum IntegerRange {
  /** From -127 to 127. */
  EIGHT_BITS(127),
  /** From -63 to 63. */
  SEVEN_BITS(63);

  private final int largest;

  IntegerRange(int largest) {
    this.largest = largest;
  }

  /** Returns the range that the kernels of a processor add up rightly. */
  public static IntegerRange of(Processor processor, String architecture) {
    boolean x86 = architecture.equals("amd64") || architecture.equals("x86_64");
    boolean wide =
        processor.features().contains("VNNI") || processor.features().contains(Processor.AMX);
    return wide || !x86 ? EIGHT_BITS : SEVEN_BITS;
  }

  /** Returns the range of this machine. */
  public static IntegerRange ofThisMachine() {
    return of(Processor.current(), System.getProperty("os.arch"));
  }

  /** Returns the largest weight. */
  public int largest() {
    return largest;
  }

  /**
   * Returns a quantized tensor within the range: rows that go beyond it are rounded to coarser
   * steps.
   */
  public Tensor fit(Tensor tensor) {
    float[] scales = tensor.scales().orElseThrow().toFloats();
    ByteBuffer integers = tensor.data();
    int row = integers.remaining() / scales.length;
    ByteBuffer fitted = null;
    for (int r = 0; r < scales.length; r++) {
      int most = 0;
      for (int i = r * row; i < (r + 1) * row; i++) {
        most = Math.max(most, Math.abs(integers.get(i)));
      }
      if (most > largest) {
        if (fitted == null) {
          fitted = Tensor.allocate(integers.remaining());
          fitted.put(integers.duplicate()).flip();
        }
        for (int i = r * row; i < (r + 1) * row; i++) {
          fitted.put(i, (byte) Math.round((float) integers.get(i) * largest / most));
        }
        scales[r] = scales[r] * most / largest;
      }
    }
    return fitted == null
        ? tensor
        : Tensor.quantized(
            Tensor.of(DataType.INT8, fitted, tensor.shape()), Tensor.of(scales, scales.length));
  }
}
