package org.openclip.hub.bulk;

import java.io.FileNotFoundException;
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
import org.openclip.api.image.PictureSource;
import org.openclip.hub.remote.RemoteFiles;
import org.openclip.hub.table.Table;

/**
 * The pictures that a column of a table names, by paths or URIs. Paths that are not absolute start
 * at the working folder or else beside the table, as in a training.
 *
 * @param column its name
 * @param separator between the cells; null for a tab in {@code .tsv} and a comma in {@code .csv}
 */
public record TablePictures(String column, @Nullable Character separator) {
  /** Returns whether a name ends as those of tables do. */
  public static boolean isTable(String name) {
    return name.toLowerCase(Locale.ROOT).matches(".*\\.(csv|tsv)(\\.gz)?");
  }

  /**
   * Returns the pictures of a table, in the order of its rows. A row that names none is one that
   * cannot be read.
   *
   * @throws InvalidFileException when the table cannot be read, or has no such column
   */
  List<BulkItem> list(Path file, RemoteFiles files) {
    boolean tabs = file.toString().toLowerCase(Locale.ROOT).matches(".*\\.tsv(\\.gz)?");
    char between = separator == null ? tabs ? '\t' : ',' : separator;
    try (InputStream stream = Unpacked.open(Files.newInputStream(file))) {
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
                : item(file, name, files));
      }
      return items;
    } catch (IOException e) {
      throw new InvalidFileException(file.toString(), -1, "cannot be read: " + e, e);
    }
  }

  private static BulkItem nameless(String line) {
    return new BulkItem(
        line,
        -1,
        -1,
        PictureSource.opening(
            line,
            () -> {
              throw new FileNotFoundException("it names no picture");
            }));
  }

  private static BulkItem item(Path table, String name, RemoteFiles files) {
    if (RemoteFiles.hasScheme(name)) {
      return new BulkItem(name, -1, -1, PictureSource.opening(name, () -> files.open(name)));
    }
    Path file = RemoteFiles.path(name);
    Path beside = table.resolveSibling(name);
    return BulkItem.of(
        !file.isAbsolute() && !Files.exists(file) && Files.exists(beside) ? beside : file);
  }
}
