package org.openclip.backend.onnx;

import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.tensor.DataType;

/**
 * In which types floating-point numbers are kept and computed.
 *
 * @param stored to which weights are rounded; {@code FLOAT32} leaves them as they are
 * @param computed the type of everything that is computed
 */
record Numbers(DataType stored, DataType computed) {
  /** Everything as the reference computes it. */
  static final Numbers FLOAT32 = new Numbers(DataType.FLOAT32, DataType.FLOAT32);

  /**
   * Returns the types of a precision on a device. The CPU has no arithmetic of 16 bits that would
   * be faster than its own of 32, so there the weights alone are rounded.
   */
  static Numbers of(Precision precision, Device device) {
    return device.kind() == Device.Kind.CUDA
        ? new Numbers(precision.type(), precision.type())
        : new Numbers(precision.type(), DataType.FLOAT32);
  }

  /** Returns the type in which values of a graph's type are computed. */
  DataType of(DataType type) {
    return type == DataType.FLOAT32 ? computed : type;
  }

  /** Returns the types in words, such as {@code bf16 weights in fp32}. */
  @Override
  public String toString() {
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
