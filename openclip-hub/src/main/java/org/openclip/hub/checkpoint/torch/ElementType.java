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
  BYTE(1, null),
  /** Unsigned numbers of 16, 32 or 64 bits. */
  UNSIGNED_SHORT(2, null),
  UNSIGNED_INT(4, null),
  UNSIGNED_LONG(8, null),
  /** Floating-point numbers of 8 bits, of any kind. */
  FLOAT8(1, null),
  /** Complex numbers of two halves, floats or doubles. */
  COMPLEX_HALF(4, null),
  COMPLEX_FLOAT(8, null),
  COMPLEX_DOUBLE(16, null),
  /** Quantized numbers; their scale is beside the tensor. */
  QUANTIZED_BYTE(1, null),
  QUANTIZED_INT(4, null);

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
      case "UInt16Storage", "uint16" -> UNSIGNED_SHORT;
      case "UInt32Storage", "uint32" -> UNSIGNED_INT;
      case "UInt64Storage", "uint64" -> UNSIGNED_LONG;
      case "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz", "float8_e8m0fnu" ->
          FLOAT8;
      case "complex32", "chalf" -> COMPLEX_HALF;
      case "ComplexFloatStorage", "complex64", "cfloat" -> COMPLEX_FLOAT;
      case "ComplexDoubleStorage", "complex128", "cdouble" -> COMPLEX_DOUBLE;
      case "QInt8Storage", "QUInt8Storage", "QUInt4x2Storage", "QUInt2x4Storage" -> QUANTIZED_BYTE;
      case "QInt32Storage" -> QUANTIZED_INT;
      default -> null;
    };
  }
}
