package org.openclip.hub.checkpoint.torch;

import org.jspecify.annotations.Nullable;
import org.openclip.api.tensor.DataType;

/** A type of elements that checkpoints hold. */
enum ElementType {
  FLOAT(4, DataType.FLOAT32),
  HALF(2, DataType.FLOAT16),
  BFLOAT16(2, DataType.BFLOAT16),
  DOUBLE(8, DataType.FLOAT32),
  LONG(8, DataType.INT64),
  INT(4, DataType.INT32),
  CHAR(1, DataType.INT8),
  BOOL(1, DataType.BOOL),
  SHORT(2, null),
  BYTE(1, null);

  private final int bytes;
  private final @Nullable DataType read;

  ElementType(int bytes, @Nullable DataType read) {
    this.bytes = bytes;
    this.read = read;
  }

  /** Returns the size of one element in bytes. */
  int bytes() {
    return bytes;
  }

  /** Returns the type it is read as; null when no tensor of ours can hold it. */
  @Nullable DataType read() {
    return read;
  }

  /** Returns the type that a storage class or a dtype of module torch names; null for none. */
  static @Nullable ElementType named(String name) {
    return switch (name) {
      case "FloatStorage", "float32", "float" -> FLOAT;
      case "HalfStorage", "float16", "half" -> HALF;
      case "BFloat16Storage", "bfloat16" -> BFLOAT16;
      case "DoubleStorage", "float64", "double" -> DOUBLE;
      case "LongStorage", "int64", "long" -> LONG;
      case "IntStorage", "int32", "int" -> INT;
      case "CharStorage", "int8" -> CHAR;
      case "BoolStorage", "bool" -> BOOL;
      case "ShortStorage", "int16", "short" -> SHORT;
      case "ByteStorage", "uint8" -> BYTE;
      default -> null;
    };
  }
}
