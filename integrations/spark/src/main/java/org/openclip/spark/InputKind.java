package org.openclip.spark;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.openclip.api.InvalidInputException;

/** What the input column holds. */
enum InputKind {
  /** Paths or URIs of picture files, in any file system that Hadoop reads. */
  PATH,

  /** The bytes of picture files, such as the column {@code content} of {@code binaryFile}. */
  BYTES,

  /** Texts. */
  TEXT;

  /** Returns the type of the column. */
  DataType type() {
    return this == BYTES ? DataTypes.BinaryType : DataTypes.StringType;
  }

  static InputKind parse(String name) {
    for (InputKind kind : values()) {
      if (kind.toString().equals(name)) {
        return kind;
      }
    }
    throw new InvalidInputException(
        "inputKind is '"
            + name
            + "', but must be one of "
            + Arrays.stream(values()).map(InputKind::toString).collect(Collectors.joining(", ")));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
