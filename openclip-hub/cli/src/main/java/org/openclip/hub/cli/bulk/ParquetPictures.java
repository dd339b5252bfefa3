package org.openclip.hub.cli.bulk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.InvalidFileException;
import org.openclip.api.image.PictureSource;
import org.openclip.hub.remote.RemoteFiles;

/**
 * The pictures in a column of a Parquet file: a column of texts contains paths or URIs, and a
 * column of bytes contains encoded pictures.
 *
 * @param file the Parquet file
 * @param column the column's path in the schema, such as {@code filepath} or {@code image.bytes}
 */
record ParquetPictures(Path file, String column) {
  /** Returns whether a file name has the extension of Parquet files. */
  static boolean isParquet(String name) {
    return name.toLowerCase(Locale.ROOT).endsWith(".parquet");
  }

  /**
   * Lists the pictures in the order of the rows. A row without a value is an unreadable picture.
   *
   * @throws InvalidFileException if the file cannot be read or has no such column of texts or bytes
   */
  List<BulkItem> list(RemoteFiles files) {
    List<BulkItem> items = new ArrayList<>();
    try (ParquetColumn values = new ParquetColumn(file, column)) {
      ForwardBytes bytes =
          new ForwardBytes(() -> new ColumnStream(new ParquetColumn(file, column)));
      long modified = Files.getLastModifiedTime(file).toMillis();
      for (long position = 0; values.next(); ) {
        InterruptedCallException.check(file + " was listed");
        String row = file + " row " + items.size();
        byte @Nullable [] value = values.value();
        if (value == null || value.length == 0) {
          items.add(
              new BulkItem(row, -1, -1, UnreadablePicture.source(row, "it names no picture")));
        } else if (values.isText()) {
          items.add(BulkItem.named(file, new String(value, StandardCharsets.UTF_8), files));
        } else {
          PictureSource source = bytes.source(row, position, value.length);
          items.add(new BulkItem(row, value.length, modified, source));
          position += value.length;
        }
      }
      return items;
    } catch (InvalidFileException | InterruptedCallException e) {
      throw e;
    } catch (IOException | RuntimeException e) { // The reader checks damaged files by chance.
      throw new InvalidFileException(file.toString(), -1, "cannot be read as Parquet: " + e, e);
    }
  }
}
