package org.openclip.train.data;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidFileException;
import org.openclip.api.Suggestions;
import org.openclip.hub.remote.RemoteFiles;

/** A table of picture files and captions. */
public final class CsvFile {
  private CsvFile() {}

  /**
   * Reads a table whose first line names the columns.
   *
   * @param file in UTF-8
   * @param separator between the cells, such as a tab
   * @param pictureColumn the column of paths; those that are not absolute start at the working
   *     folder, as in the reference, or else beside the table
   * @param captionColumn the column of captions
   * @throws InvalidFileException when a column is missing or a line has too few cells
   */
  public static List<Sample> read(
      Path file, char separator, String pictureColumn, String captionColumn) {
    return read(file.toString(), new RemoteFiles(), separator, pictureColumn, captionColumn);
  }

  /**
   * Reads a table that may lie elsewhere, as may the pictures that it names by URIs. Of a table
   * elsewhere, pictures that are named by paths lie beside it.
   *
   * @param location in UTF-8
   * @param files what opens the table and the pictures
   */
  public static List<Sample> read(
      String location,
      RemoteFiles files,
      char separator,
      String pictureColumn,
      String captionColumn) {
    CSVFormat format =
        CSVFormat.DEFAULT
            .builder()
            .setDelimiter(separator)
            .setHeader()
            .setSkipHeaderRecord(true)
            .setIgnoreEmptyLines(true)
            .get();
    List<Sample> samples = new ArrayList<>();
    try (Reader reader = new InputStreamReader(files.open(location), StandardCharsets.UTF_8);
        CSVParser table = CSVParser.parse(reader, format)) {
      int picture = column(location, table.getHeaderMap(), pictureColumn, "--csv-img-key");
      int caption = column(location, table.getHeaderMap(), captionColumn, "--csv-caption-key");
      for (CSVRecord row : table) {
        if (row.size() <= Math.max(picture, caption)) {
          throw new InvalidFileException(
              location,
              -1,
              "row %s has %s cells, but %s is column %s; is --csv-separator right?"
                  .formatted(
                      row.getRecordNumber() + 1,
                      row.size(),
                      picture > caption ? pictureColumn : captionColumn,
                      Math.max(picture, caption) + 1));
        }
        samples.add(
            new Sample(
                row.get(picture), picture(location, files, row.get(picture)), row.get(caption)));
      }
    } catch (IOException e) {
      String why = e.getMessage() == null ? e.toString() : e.getMessage();
      throw new InvalidFileException(location, -1, "cannot be read: " + why, e);
    }
    if (samples.isEmpty()) {
      throw new InvalidFileException(location, -1, "has a header but no rows");
    }
    return samples;
  }

  private static int column(
      String location, @Nullable Map<String, Integer> header, String name, String option) {
    Integer column = header == null ? null : header.get(name);
    if (column == null) {
      List<String> known = header == null ? List.of() : List.copyOf(header.keySet());
      List<String> near = Suggestions.nearest(name, known);
      throw new InvalidFileException(
          location,
          0,
          "has no column '%s' but %s; %s, or check --csv-separator"
              .formatted(
                  name, known, "choose one with " + option + (near.isEmpty() ? "" : " " + near)));
    }
    return column;
  }

  private static Sample.Picture picture(String table, RemoteFiles files, String name) {
    if (RemoteFiles.hasScheme(name)) {
      return () -> files.read(name);
    }
    if (RemoteFiles.hasScheme(table)) {
      String beside = RemoteFiles.beside(table, name);
      return () -> files.read(beside);
    }
    Path file = Path.of(name);
    Path beside = Path.of(table).resolveSibling(name);
    Path chosen = !file.isAbsolute() && !Files.exists(file) && Files.exists(beside) ? beside : file;
    return () -> Files.readAllBytes(chosen);
  }
}
