package org.openclip.hub.cli.command.picture;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.openclip.hub.cli.PictureArguments;
import org.openclip.hub.cli.terminal.BrokenPipeException;
import org.openclip.hub.cli.terminal.Printable;
import org.openclip.hub.cli.terminal.Table;
import org.openclip.hub.cli.terminal.Terminal;

/** A matrix of cosines for people. Columns are named where they fit, and numbered where not. */
final class SimilarityTable {
  private static final int ROW_NAME = 40;
  private static final int COLUMN_NAME = 16;
  private static final int SCREEN = 100;

  private final List<String> rows;
  private final boolean rowsAreFiles;
  private final List<String> columns;
  private final boolean columnsAreFiles;
  private final boolean numbered;

  /**
   * Creates a table of pictures, by path, and texts.
   *
   * @param columns the same list as the rows when each is compared with each
   */
  SimilarityTable(
      List<String> rows, boolean rowsAreFiles, List<String> columns, boolean columnsAreFiles) {
    this.rows = rows.stream().map(Printable::line).toList();
    this.rowsAreFiles = rowsAreFiles;
    this.columns = columns.stream().map(Printable::line).toList();
    this.columnsAreFiles = columnsAreFiles;
    int longest = this.rows.stream().mapToInt(Terminal::width).max().orElse(0);
    int width =
        this.columns.stream().mapToInt(name -> Math.max(7, Terminal.width(head(name))) + 2).sum();
    this.numbered = Math.min(ROW_NAME, longest) + width > SCREEN;
  }

  /** Draws the table. */
  void print(float[][] cosines, PrintStream out) {
    boolean square = rows.equals(columns);
    if (numbered && !square) {
      Table legend = new Table(2);
      for (int j = 0; j < columns.size(); j++) {
        legend.row(List.of(Integer.toString(j + 1), shorten(columns.get(j), columnsAreFiles)));
      }
      legend.print(out);
      out.println();
    }
    boolean counted = numbered && square;
    Table table = new Table(counted ? 2 : 1);
    List<String> head = new ArrayList<>(counted ? List.of("", "") : List.of(""));
    IntStream.range(0, columns.size())
        .mapToObj(j -> numbered ? Integer.toString(j + 1) : head(columns.get(j)))
        .forEach(head::add);
    table.head(head);
    for (int i = 0; i < rows.size(); i++) {
      List<String> cells = new ArrayList<>(counted ? List.of(Integer.toString(i + 1)) : List.of());
      cells.add(shorten(rows.get(i), rowsAreFiles));
      for (float cosine : cosines[i]) {
        cells.add(Table.decimals(cosine, 4));
      }
      table.row(cells);
    }
    table.print(out);
    BrokenPipeException.flush(out);
  }

  private static String shorten(String name, boolean isFile) {
    return isFile ? Terminal.cutStart(name, ROW_NAME) : Terminal.cut(name, ROW_NAME);
  }

  private String head(String name) {
    String last =
        columnsAreFiles ? String.valueOf(PictureArguments.path(name).getFileName()) : name;
    return Terminal.cut(last, COLUMN_NAME);
  }
}
