package org.openclip.hub.table;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidFileException;

/**
 * A table whose first row names the columns, as {@code pandas.read_csv} reads it. Of columns with
 * one name, the first keeps it and the others become {@code name.1}, {@code name.2}; columns
 * without a name are {@code Unnamed: 0} and so on. Where the first row of cells is longer than the
 * names, the cells before are an index, which has no name. Rows that are too short end in empty
 * cells; a row that is longer than the first is an error. Cells stay texts: {@code 007} is no 7.
 */
public final class Table {
  /** Cells that stand for nothing. */
  private static final Set<String> NOTHING =
      Set.of(
          "",
          "#N/A",
          "#N/A N/A",
          "#NA",
          "-1.#IND",
          "-1.#QNAN",
          "-NaN",
          "-nan",
          "1.#IND",
          "1.#QNAN",
          "<NA>",
          "N/A",
          "NA",
          "NULL",
          "NaN",
          "None",
          "n/a",
          "nan",
          "null");

  private final String location;
  private final char separator;
  private final TableRows rows;
  private final List<String> columns;
  private int width;
  private int index;
  private int size;
  private long count;

  /**
   * Reads the names of the columns.
   *
   * @param location of the table, for messages
   * @param stream of its text, which the caller closes
   * @param separator between the cells
   * @throws InvalidFileException when there is not one row
   * @throws IOException when the stream cannot be read
   */
  public Table(String location, InputStream stream, char separator) throws IOException {
    this.location = location;
    this.separator = separator;
    this.rows = new TableRows(location, stream, separator);
    List<String> names = rows.next();
    if (names == null) {
      throw new InvalidFileException(
          location, 0, "is empty; its first line must contain the column names");
    }
    this.columns = named(names);
  }

  private static List<String> named(List<String> header) {
    List<String> names = new ArrayList<>(header);
    List<Integer> order = new ArrayList<>();
    List<Integer> unnamed = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      boolean none = names.get(i).isEmpty();
      names.set(i, none ? "Unnamed: " + i : names.get(i));
      (none ? unnamed : order).add(i);
    }
    order.addAll(unnamed); // Names that were given stay rather than those made up.
    Map<String, Integer> counts = new HashMap<>();
    for (int i : order) {
      String old = names.get(i);
      String name = old;
      int number = counts.getOrDefault(old, 0);
      while (number > 0) {
        counts.put(old, number + 1);
        name = old + "." + number;
        number = names.contains(name) ? number + 1 : counts.getOrDefault(name, 0);
      }
      names.set(i, name);
      counts.put(name, number + 1);
    }
    return List.copyOf(names);
  }

  /** Returns whether a cell stands for nothing, as pandas takes it. */
  public static boolean isNothing(String cell) {
    return NOTHING.contains(cell);
  }

  /** Returns the names of the columns, all different. */
  public List<String> columns() {
    return columns;
  }

  /** Returns how many cells of each row are an index, before the columns. */
  public int index() {
    return index;
  }

  /** Returns how many cells were cut at a NUL. */
  public long cut() {
    return rows.cut();
  }

  /** Returns the number of the line in which the last row began, from 1. */
  public long line() {
    return rows.line();
  }

  /** Returns how many cells the last row had by itself. */
  public int size() {
    return size;
  }

  /**
   * Returns the cells of the next row, one for each column; null after the last.
   *
   * @throws InvalidFileException when the row is longer than the first
   * @throws IOException when the stream cannot be read
   */
  public @Nullable List<String> next() throws IOException {
    List<String> row = rows.next();
    if (row == null) {
      return null;
    }
    size = row.size();
    if (count++ == 0) {
      width = Math.max(size, columns.size());
      index = width - columns.size();
    }
    if (size > width) {
      throw new InvalidFileException(
          location,
          -1,
          "line %s has %s cells, but must have %s; quote a cell that contains '%s', and check --csv-separator"
              .formatted(line(), size, width, separator == '\t' ? "\\t" : separator));
    }
    while (row.size() < width) {
      row.add("");
    }
    return row.subList(index, width);
  }
}
