package org.openclip.hub.cli.command.picture;

import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.openclip.hub.cli.UsageException;

/** How {@code embed} writes vectors. */
enum VectorFormat {
  NPY,
  JSONL,
  /** What other commands call an object a line. */
  JSON,
  CSV,
  TSV;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the format that a file's ending names; without a file, JSON lines.
   *
   * @throws UsageException when it names none
   */
  static VectorFormat of(@Nullable String file) {
    if (file == null) {
      return JSONL;
    }
    for (VectorFormat format : values()) {
      if (file.toLowerCase(Locale.ROOT).endsWith("." + format)) {
        return format;
      }
    }
    throw new UsageException(
        "--output is "
            + file
            + ", but must end in .npy, .jsonl, .csv or .tsv unless --format is given");
  }

  /** Returns a sink on a stream. */
  EmbeddingSink sink(PrintStream stream) {
    return switch (this) {
      case CSV -> EmbeddingSink.rows(stream, ',');
      case TSV -> EmbeddingSink.rows(stream, '\t');
      default -> EmbeddingSink.lines(stream);
    };
  }

  /** Returns a sink on a file. */
  EmbeddingSink sink(FileChannel channel) {
    return switch (this) {
      case CSV -> EmbeddingSink.rows(channel, ',');
      case TSV -> EmbeddingSink.rows(channel, '\t');
      default -> EmbeddingSink.lines(channel);
    };
  }
}
