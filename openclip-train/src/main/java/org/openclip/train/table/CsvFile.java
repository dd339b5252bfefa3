package org.openclip.train.table;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.Suggestions;
import org.openclip.hub.remote.RemoteFiles;
import org.openclip.hub.table.Table;
import org.openclip.train.data.Sample;

/**
 * A table of image files and captions, read as {@code pandas.read_csv} reads it.
 *
 * @param samples a row each; those without a caption cannot be used
 * @param notes what is to be said about the table, in lines
 */
public record CsvFile(List<Sample> samples, List<String> notes) {
  /** Copies the lists. */
  public CsvFile {
    samples = List.copyOf(samples);
    notes = List.copyOf(notes);
  }

  /**
   * Reads a table whose first line names the columns.
   *
   * @param file in UTF-8
   * @param separator between the cells, such as a tab
   * @param pictureColumn the column of paths; those that are not absolute start at the working
   *     folder, as in the reference, or else beside the table
   * @param captionColumn the column of captions
   * @throws InvalidFileException when a column is missing, a line has too many cells or is no
   *     UTF-8, or not one line has a caption
   */
  public static List<Sample> read(
      Path file, char separator, String pictureColumn, String captionColumn) {
    return read(file.toString(), new RemoteFiles(), separator, pictureColumn, captionColumn);
  }

  /**
   * Reads a table that may lie elsewhere, as may the images that it names by URIs. Of a table
   * elsewhere, images that are named by paths lie beside it.
   *
   * @param location in UTF-8, which may be packed
   * @param files what opens the table and the images
   */
  public static List<Sample> read(
      String location,
      RemoteFiles files,
      char separator,
      String pictureColumn,
      String captionColumn) {
    return table(location, files, separator, pictureColumn, captionColumn).samples();
  }

  /** Reads the same table, with what is to be said about it. */
  public static CsvFile table(
      String location,
      RemoteFiles files,
      char separator,
      String pictureColumn,
      String captionColumn) {
    try (InputStream stream = PackedTable.open(location, files.open(location))) {
      Table table = new Table(location, stream, separator);
      int picture = column(location, table.columns(), pictureColumn, "--csv-img-key");
      int caption = column(location, table.columns(), captionColumn, "--csv-caption-key");
      return new Reading(location, files, table, picture, caption).read();
    } catch (IOException e) {
      String why = e.getMessage() == null ? e.toString() : e.getMessage();
      throw new InvalidFileException(location, -1, "cannot be read: " + why, e);
    } catch (InvalidFileException e) {
      throw e;
    } catch (OpenClipException e) {
      throw new InvalidFileException(location, -1, "cannot be read: " + e.getMessage(), e);
    }
  }

  /** Returns whether a name ends as those of tables do, packed ones among them. */
  public static boolean isTable(String name) {
    return PackedTable.isTable(name);
  }

  private static int column(String location, List<String> known, String name, String option) {
    int column = known.indexOf(name);
    if (column < 0) {
      List<String> near = Suggestions.nearest(name, known);
      throw new InvalidFileException(
          location,
          0,
          "has no column '%s' but %s; %s, or check --csv-separator%s"
              .formatted(
                  name,
                  known,
                  "choose one with " + option + (near.isEmpty() ? "" : " " + near),
                  separator(known)));
    }
    return column;
  }

  /** Returns which separator may have been meant where all names are one column. */
  private static String separator(List<String> known) {
    for (String each : known.size() == 1 ? List.of(",", ";", "\t", "|") : List.<String>of()) {
      if (known.get(0).contains(each)) {
        return ", which may be '" + (each.equals("\t") ? "\\t" : each) + "'";
      }
    }
    return "";
  }

  /** One reading of a table. */
  private static final class Reading {
    private final String location;
    private final RemoteFiles files;
    private final Table table;
    private final int picture;
    private final int caption;
    private final List<Sample> samples = new ArrayList<>();
    private long without;
    private String first = "";

    Reading(String location, RemoteFiles files, Table table, int picture, int caption) {
      this.location = location;
      this.files = files;
      this.table = table;
      this.picture = picture;
      this.caption = caption;
    }

    CsvFile read() throws IOException {
      for (List<String> row = table.next(); row != null; row = table.next()) {
        samples.add(sample(row));
      }
      if (samples.isEmpty()) {
        throw new InvalidFileException(location, -1, "has a header but no rows");
      }
      if (without == samples.size()) {
        throw new InvalidFileException(
            location,
            -1,
            "has %s rows, but none with a picture and a caption: %s; check --csv-separator"
                .formatted(samples.size(), first));
      }
      return new CsvFile(samples, notes());
    }

    private Sample sample(List<String> row) {
      String name = row.get(picture);
      if (Table.isNothing(name)) {
        return without(name, "it has no picture");
      }
      try {
        return new Sample(name, picture(location, files, name), caption(row));
      } catch (InvalidInputException e) {
        return without(name, String.valueOf(e.getMessage()));
      }
    }

    private Sample.Caption caption(List<String> row) {
      String text = row.get(caption);
      if (Table.isNothing(text) || text.isBlank()) {
        String why =
            table.size() - table.index() <= caption
                ? "row %s has %s cells, but '%s' is column %s"
                    .formatted(
                        samples.size() + 2, table.size(), table.columns().get(caption), caption + 1)
                : "its caption is "
                    + (text.isBlank() ? "empty" : "'" + text + "', which means no caption");
        return without("", why).caption();
      }
      return Sample.Caption.of(text);
    }

    /** Counts a row that cannot be used. */
    private Sample without(String name, String why) {
      if (without++ == 0) {
        first = "line " + table.line() + ": " + why;
      }
      String said = "line " + table.line() + " of " + location + ": " + why;
      Sample.Caption none =
          random -> {
            throw new InvalidInputException(said);
          };
      return new Sample(name.isEmpty() ? location : name, () -> new byte[0], none);
    }

    private List<String> notes() {
      List<String> notes = new ArrayList<>();
      if (without > 0) {
        notes.add(
            "%s: skipping %s of %s rows without a picture or caption, the first in %s"
                .formatted(location, without, samples.size(), first));
      }
      if (table.index() > 0) {
        notes.add(
            "%s: rows have %s more cells than the header; the first %s columns are treated as an index, as in pandas"
                .formatted(location, table.index(), table.index()));
      }
      if (table.cut() > 0) {
        notes.add(
            "%s: %s cells contain a NUL character and are truncated there, as in pandas"
                .formatted(location, table.cut()));
      }
      return notes;
    }
  }

  private static Sample.Picture picture(String table, RemoteFiles files, String name) {
    if (RemoteFiles.hasScheme(name)) {
      return () -> files.read(name);
    }
    if (RemoteFiles.hasScheme(table)) {
      String beside = RemoteFiles.beside(table, name);
      return () -> files.read(beside);
    }
    Path file = RemoteFiles.path(name);
    Path beside = Path.of(table).resolveSibling(name);
    Path chosen = !file.isAbsolute() && !Files.exists(file) && Files.exists(beside) ? beside : file;
    return () -> Files.readAllBytes(chosen);
  }
}
