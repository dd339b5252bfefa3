package org.openclip.backend.onnx.lowering;

import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.tensor.DataType;

/**
 * In which types floating-point numbers are kept and computed.
 *
 * @param stored to which weights are rounded; {@code FLOAT32} leaves them as they are
 * @param computed the type of everything that is computed
 * @param integers whether weights of 8-bit integers are multiplied as such
 */
public record Numbers(DataType stored, DataType computed, boolean integers) {
  /** Everything as the reference computes it. */
  public static final Numbers FLOAT32 = new Numbers(DataType.FLOAT32, DataType.FLOAT32);

  /** Creates types without integers. */
  public Numbers(DataType stored, DataType computed) {
    this(stored, computed, false);
  }

  /**
   * Returns the types of a precision on a device. The CPU has no arithmetic of 16 bits that would
   * be faster than its own of 32, so there the weights alone are rounded.
   */
  public static Numbers of(Precision precision, Device device) {
    if (precision == Precision.INT8) {
      // Which weights have 8 bits is for whoever quantized them to say.
      return new Numbers(DataType.FLOAT32, DataType.FLOAT32, true);
    }
    return device.kind() == Device.Kind.CUDA
        ? new Numbers(precision.type(), precision.type())
        : new Numbers(precision.type(), DataType.FLOAT32);
  }

  /** Returns the type in which values of a graph's type are computed. */
  public DataType of(DataType type) {
    return type == DataType.FLOAT32 ? computed : type;
  }

  /** Returns the types in words, such as {@code bf16 weights in fp32}. */
  @Override
  public String toString() {
    if (integers) {
      return Precision.INT8 + " products in " + text(computed);
    }
    return stored == computed ? text(stored) : text(stored) + " weights in " + text(computed);
  }

  private static String text(DataType type) {
    for (Precision precision : Precision.values()) {
      if (precision.type() == type) {
        return precision.toString();
      }
    }
    return type.toString();
  }
}
