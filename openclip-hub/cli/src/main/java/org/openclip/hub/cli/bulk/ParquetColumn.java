package org.openclip.hub.cli.bulk;

import dev.hardwood.InputFile;
import dev.hardwood.metadata.LogicalType;
import dev.hardwood.metadata.PhysicalType;
import dev.hardwood.reader.ColumnReader;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.schema.ColumnSchema;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidFileException;
import org.openclip.api.Suggestions;

/** Reads a column of texts or bytes of a Parquet file, in the order of the rows. */
final class ParquetColumn implements AutoCloseable {
  private static final int ROWS_AT_ONCE = 64;

  /** The reader's logger, without its notes about the processor. */
  private static final Logger LOGGER = Logger.getLogger("dev.hardwood");

  static {
    LOGGER.setLevel(Level.WARNING);
  }

  private final ParquetFileReader file;
  private final ColumnSchema schema;
  private final ColumnReader reader;
  private byte[][] batch = {};
  private int at;

  /**
   * Opens a file.
   *
   * @param name the column's path in the schema, with dots between the names of nested fields
   * @throws InvalidFileException if there is no such column of texts or bytes
   */
  ParquetColumn(Path path, String name) throws IOException {
    file = ParquetFileReader.open(InputFile.of(path));
    try {
      schema = schema(path, name);
      reader = file.buildColumnReader(schema.columnIndex()).batchSize(ROWS_AT_ONCE).build();
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private ColumnSchema schema(Path path, String name) {
    List<ColumnSchema> columns =
        file.getFileSchema().getColumns().stream()
            .filter(c -> c.type() == PhysicalType.BYTE_ARRAY && c.maxRepetitionLevel() == 0)
            .toList();
    List<String> names = columns.stream().map(c -> c.fieldPath().toString()).toList();
    int index = names.indexOf(name);
    if (index < 0) {
      List<String> near = Suggestions.nearest(name, names);
      throw new InvalidFileException(
          path.toString(),
          -1,
          "has no column '%s' of texts or bytes but %s; choose one with --csv-img-key%s"
              .formatted(name, names, near.isEmpty() ? "" : " " + near));
    }
    return columns.get(index);
  }

  /** Returns whether the values are texts in UTF-8. */
  boolean isText() {
    return schema.logicalType() instanceof LogicalType.StringType;
  }

  /** Moves to the next row; returns whether there is one. */
  boolean next() {
    if (++at < batch.length) {
      return true;
    }
    at = 0;
    batch = reader.nextBatch() ? reader.getBinaries() : new byte[0][];
    return batch.length > 0;
  }

  /** Returns the value of the current row; null if it has none. */
  byte @Nullable [] value() {
    return batch[at];
  }

  @Override
  public void close() throws IOException {
    reader.close();
    file.close();
  }
}
