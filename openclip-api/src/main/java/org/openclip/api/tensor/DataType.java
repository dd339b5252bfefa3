package org.openclip.api.tensor;

/** The type of a tensor's elements. */
public enum DataType {
  /** IEEE 754 binary32. */
  FLOAT32(4),
  /** IEEE 754 binary16. */
  FLOAT16(2),
  /** The upper half of a binary32: 8 bits of exponent, 7 of mantissa. */
  BFLOAT16(2),
  /** Signed 64-bit integer. */
  INT64(8),
  /** Signed 32-bit integer. */
  INT32(4),
  /** Signed 8-bit integer. */
  INT8(1),
  /** Boolean in one byte: 0 or 1. */
  BOOL(1);

  private final int bytes;

  DataType(int bytes) {
    this.bytes = bytes;
  }

  /** Returns the size of one element in bytes. */
  public int bytes() {
    return bytes;
  }

  /** Returns whether the elements are floating-point numbers of any width. */
  public boolean floating() {
    return this == FLOAT32 || this == FLOAT16 || this == BFLOAT16;
  }
}
