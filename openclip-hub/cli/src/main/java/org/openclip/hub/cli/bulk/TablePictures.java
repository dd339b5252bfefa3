package org.openclip.hub.cli.bulk;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidFileException;
import org.openclip.api.Suggestions;
import org.openclip.hub.cli.archive.Packed;
import org.openclip.hub.remote.RemoteFiles;
import org.openclip.hub.table.Table;

/**
 * The pictures that a column of a table names by paths or URIs, or contains (Parquet). Relative
 * paths start at the working folder, or else at the table's folder, as in training.
 *
 * @param column the column's name
 * @param separator the character between cells; null for a tab in {@code .tsv} and a comma in
 *     {@code .csv}
 */
public record TablePictures(String column, @Nullable Character separator) {
  /** Returns whether a file name has an extension of tables. */
  public static boolean isTable(String name) {
    return ParquetPictures.isParquet(name)
        || name.toLowerCase(Locale.ROOT).matches(".*\\.(csv|tsv)(\\.(gz|bz2|xz|zst))?");
  }

  /**
   * Lists the pictures in the order of the rows. A row without a value is an unreadable picture.
   *
   * @throws InvalidFileException if the table cannot be read or has no such column
   */
  List<BulkItem> list(Path file, RemoteFiles files) {
    return ParquetPictures.isParquet(file.toString())
        ? new ParquetPictures(file, column).list(files)
        : csv(file, files);
  }

  private List<BulkItem> csv(Path file, RemoteFiles files) {
    boolean tabs =
        file.toString().toLowerCase(Locale.ROOT).matches(".*\\.tsv(\\.(gz|bz2|xz|zst))?");
    char between = separator == null ? tabs ? '\t' : ',' : separator;
    try (InputStream stream = Packed.open(Files.newInputStream(file))) {
      Table table = new Table(file.toString(), stream, between);
      int index = table.columns().indexOf(column);
      if (index < 0) {
        List<String> near = Suggestions.nearest(column, table.columns());
        throw new InvalidFileException(
            file.toString(),
            0,
            "has no column '%s' but %s; choose one with --csv-img-key%s, or check --csv-separator"
                .formatted(column, table.columns(), near.isEmpty() ? "" : " " + near));
      }
      List<BulkItem> items = new ArrayList<>();
      for (List<String> row = table.next(); row != null; row = table.next()) {
        String name = row.get(index);
        items.add(
            Table.isNothing(name)
                ? nameless(file + " line " + table.line())
                : BulkItem.named(file, name, files));
      }
      return items;
    } catch (IOException e) {
      throw new InvalidFileException(file.toString(), -1, "cannot be read: " + e, e);
    }
  }

  private static BulkItem nameless(String line) {
    return new BulkItem(line, -1, -1, UnreadablePicture.source(line, "it names no picture"));
  }
}
