package org.openclip.spark;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.openclip.api.InvalidInputException;

/** What {@link BulkEmbed} finds at its input. */
enum BulkKind {
  /** A folder of pictures. */
  PICTURES("files"),

  /** A folder of tar archives of pictures. */
  TAR("archives"),

  /** A table of Parquet files. */
  PARQUET("rows");

  private final String unit;

  BulkKind(String unit) {
    this.unit = unit;
  }

  /** Returns what is counted. */
  String unit() {
    return unit;
  }

  /** Returns the line by which an output tells its kind; a folder of pictures has none. */
  String note() {
    return this == PICTURES ? "" : "input=" + this + "\n";
  }

  static BulkKind parse(String name) {
    for (BulkKind kind : values()) {
      if (kind.toString().equals(name)) {
        return kind;
      }
    }
    throw new InvalidInputException(
        "--input-kind is '"
            + name
            + "', but must be one of "
            + Arrays.stream(values()).map(BulkKind::toString).collect(Collectors.joining(", ")));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
