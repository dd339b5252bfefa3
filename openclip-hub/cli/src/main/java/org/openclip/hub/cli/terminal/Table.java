package org.openclip.hub.cli.terminal;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A table with aligned columns: the first columns, names, are left-aligned, and the others,
 * numbers, are right-aligned.
 */
public final class Table {
  private final List<List<String>> rows = new ArrayList<>();
  private final int names;
  private boolean head;

  /** Creates a table whose first column alone is to the left. */
  public Table() {
    this(1);
  }

  /** Creates a table of which so many columns are to the left. */
  public Table(int names) {
    this.names = names;
  }

  /** Sets the line above all others. */
  public void head(List<String> names) {
    rows.add(0, printable(names));
    head = true;
  }

  /** Adds a line; it may have fewer cells than others. */
  public void row(List<String> cells) {
    rows.add(printable(cells));
  }

  private static List<String> printable(List<String> cells) {
    return cells.stream().map(Printable::line).toList();
  }

  /** Returns the number of lines below the head. */
  public int size() {
    return rows.size() - (head ? 1 : 0);
  }

  /** Draws everything. */
  public void print(PrintStream out) {
    int columns = rows.stream().mapToInt(List::size).max().orElse(0);
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int j = 0; j < row.size(); j++) {
        widths[j] = Math.max(widths[j], Terminal.width(row.get(j)));
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int j = 0; j < row.size(); j++) {
        String space = " ".repeat(widths[j] - Terminal.width(row.get(j)));
        line.append(j == 0 ? "" : "  ");
        line.append(j < names ? row.get(j) + space : space + row.get(j));
      }
      out.println(line.toString().stripTrailing());
    }
  }

  /** Returns a number with so many decimals, and a point whatever the language is. */
  public static String decimals(double number, int decimals) {
    return String.format(Locale.ROOT, "%." + decimals + "f", number);
  }

  /** Returns a count in billions with two decimals. */
  public static String billions(long count) {
    return decimals(count / 1e9, 2);
  }

  /** Returns a count in millions with two decimals. */
  public static String millions(long count) {
    return decimals(count / 1e6, 2);
  }
}
