package org.openclip.backend.tf.runtime;

import org.openclip.api.tensor.DataType;

/** TensorFlow's numbers for the types of elements. */
public final class ElementTypes {
  /** The type of float64, in which some sums are made. */
  public static final int DOUBLE = 2;

  /** The type of texts. */
  public static final int STRING = 7;

  private ElementTypes() {}

  /** Returns TensorFlow's number of a type. */
  public static int code(DataType type) {
    return switch (type) {
      case FLOAT32 -> 1;
      case INT32 -> 3;
      case INT8 -> 6;
      case INT64 -> 9;
      case BOOL -> 10;
      case BFLOAT16 -> 14;
      case FLOAT16 -> 19;
    };
  }

  /** Returns the type behind TensorFlow's number. */
  public static DataType type(int code) {
    for (DataType type : DataType.values()) {
      if (code(type) == code) {
        return type;
      }
    }
    throw new IllegalArgumentException("no type of elements has TensorFlow's number " + code);
  }
}
