package org.openclip.train.command.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.openclip.api.InvalidFileException;
import org.openclip.hub.table.Table;
import org.openclip.train.data.ListedDataset;
import org.openclip.train.data.Sample;

/**
 * A table of sound files and their classes, such as that of ESC-50.
 *
 * @param file whose name ends in {@code .csv} or {@code .tsv}
 * @param sounds the column of sound files; paths start at the working folder, or else beside the
 *     table
 * @param targets the column of the numbers of classes
 * @param names the column of the names of classes
 */
record SoundTable(Path file, String sounds, String targets, String names) {
  static boolean isTable(String name) {
    return name.endsWith(".csv") || name.endsWith(".tsv");
  }

  /** A row. */
  private record Row(String sound, int target) {}

  /**
   * Reads the sounds. As in the reference, classes are in the order of their numbers, and of
   * several names for a number the last one counts.
   *
   * @throws InvalidFileException when it has no such columns, or a target is no whole number
   */
  LabelledSounds read() {
    List<Row> rows = new ArrayList<>();
    Map<Integer, String> classes = new TreeMap<>();
    try (InputStream stream = Files.newInputStream(file)) {
      Table table = new Table(file.toString(), stream, separator());
      int sound = column(table, sounds, "--audio-zeroshot-audio-key");
      int target = column(table, targets, "--audio-zeroshot-target-key");
      int name = column(table, names, "--audio-zeroshot-class-key");
      for (List<String> cells = table.next(); cells != null; cells = table.next()) {
        int number = number(table, cells.get(target));
        rows.add(new Row(cells.get(sound), number));
        classes.put(number, cells.get(name).replace('_', ' '));
      }
    } catch (IOException e) {
      throw new InvalidFileException(file.toString(), -1, "cannot be read: " + e, e);
    }
    if (rows.isEmpty()) {
      throw new InvalidFileException(file.toString(), -1, "has no rows");
    }
    List<Integer> order = List.copyOf(classes.keySet());
    List<Sample> samples = new ArrayList<>();
    for (Row row : rows) {
      Path sound = place(row.sound());
      samples.add(
          new Sample(
              sound.toString(),
              () -> Files.readAllBytes(sound),
              Integer.toString(order.indexOf(row.target()))));
    }
    return new LabelledSounds(List.copyOf(classes.values()), new ListedDataset(samples, false));
  }

  private char separator() {
    return file.toString().endsWith(".tsv") ? '\t' : ',';
  }

  private int column(Table table, String name, String flag) {
    int column = table.columns().indexOf(name);
    if (column < 0) {
      throw new InvalidFileException(
          file.toString(),
          0,
          "has no column '%s' but %s; choose one with %s".formatted(name, table.columns(), flag));
    }
    return column;
  }

  private int number(Table table, String cell) {
    if (!cell.matches("\\d{1,9}")) {
      throw new InvalidFileException(
          file.toString(),
          -1,
          "line %s: the class '%s' is no whole number; name the column of numbers with --audio-zeroshot-target-key"
              .formatted(table.line(), cell));
    }
    return Integer.parseInt(cell);
  }

  private Path place(String name) {
    Path own = Path.of(name);
    Path beside = file.resolveSibling(name);
    return !own.isAbsolute() && !Files.exists(own) && Files.exists(beside) ? beside : own;
  }
}
