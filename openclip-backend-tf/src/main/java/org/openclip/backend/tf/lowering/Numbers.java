package org.openclip.backend.tf.lowering;

import org.openclip.api.OpenClipException;
import org.openclip.api.backend.Precision;
import org.openclip.api.tensor.DataType;

/**
 * In which types a program keeps and multiplies numbers. Whatever the precision, what flows from
 * layer to layer is float32: norms, softmax, sums of residuals.
 *
 * @param stored the type in which matrices, kernels and tables lie in memory
 * @param dense the type in which matrices and kernels are multiplied
 */
public record Numbers(DataType stored, DataType dense) {
  /** All in float32. */
  public static final Numbers FLOAT32 = new Numbers(DataType.FLOAT32, DataType.FLOAT32);

  /**
   * Returns the types of a precision.
   *
   * @param gpu whether the program runs on a GPU; processors have no fast float16, so there it is a
   *     way to halve the memory of the weights and no more
   */
  public static Numbers of(Precision precision, boolean gpu) {
    return switch (precision) {
      case FLOAT32 -> FLOAT32;
      case BFLOAT16 -> new Numbers(DataType.BFLOAT16, DataType.BFLOAT16);
      case INT8 -> throw new OpenClipException("there are no integers here");
      case FLOAT16 -> new Numbers(DataType.FLOAT16, gpu ? DataType.FLOAT16 : DataType.FLOAT32);
    };
  }
}
