package org.openclip.api.backend;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.openclip.api.InvalidInputException;
import org.openclip.api.tensor.DataType;

/** The type of numbers in which a program computes. */
public enum Precision {
  /** 32 bits, as the reference computes by default. */
  FLOAT32("fp32", DataType.FLOAT32),
  /** IEEE half: 16 bits, 11 of them significant. */
  FLOAT16("fp16", DataType.FLOAT16),
  /** The upper half of a float32: 16 bits, 8 of them significant. */
  BFLOAT16("bf16", DataType.BFLOAT16),
  /**
   * 8-bit integers in the large matrix products of weights that are {@linkplain
   * org.openclip.api.tensor.Tensor#quantized quantized}, and 32-bit floats elsewhere.
   */
  INT8("int8", DataType.INT8);

  private final String text;
  private final DataType type;

  Precision(String text, DataType type) {
    this.text = text;
    this.type = type;
  }

  /** Returns the type of the numbers. */
  public DataType type() {
    return type;
  }

  /**
   * Returns the precision that a text names: {@code fp32}, {@code fp16}, {@code bf16} or {@code
   * int8}.
   *
   * @throws InvalidInputException when it names none
   */
  public static Precision parse(String text) {
    String name = text.toLowerCase(Locale.ROOT);
    for (Precision precision : values()) {
      if (precision.text.equals(name) || precision.name().toLowerCase(Locale.ROOT).equals(name)) {
        return precision;
      }
    }
    List<String> names = Arrays.stream(values()).map(Precision::toString).toList();
    throw new InvalidInputException(
        "unknown precision '" + text + "'; use one of " + String.join(", ", names));
  }

  /** Returns the short name, such as {@code fp16}. */
  @Override
  public String toString() {
    return text;
  }
}
