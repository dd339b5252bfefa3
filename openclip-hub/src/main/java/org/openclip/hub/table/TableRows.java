package org.openclip.hub.table;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidFileException;

/**
 * The rows of a table as pandas' C parser tells them apart: a cell that begins with a quotation
 * mark goes on to the next one, over separators and line ends, and may go on behind it; two marks
 * in such a cell are one; a mark in the middle of another cell is itself. Lines end with a line
 * feed, a carriage return or both; those that are empty or white are passed over. What follows a
 * NUL in a cell is cut.
 */
final class TableRows {
  private static final char QUOTE = '"';

  private final String location;
  private final Utf8Text text;
  private final char separator;
  private final StringBuilder cell = new StringBuilder();
  private long line;
  private long cut;

  /**
   * Reads from a stream, which the caller closes.
   *
   * @param location of the table, for messages
   */
  TableRows(String location, InputStream stream, char separator) {
    this.location = location;
    this.text = new Utf8Text(location, stream);
    this.separator = separator;
  }

  /** Returns the number of the line in which the last row began, from 1. */
  long line() {
    return line;
  }

  /** Returns how many cells were cut at a NUL. */
  long cut() {
    return cut;
  }

  /**
   * Returns the cells of the next row; null after the last.
   *
   * @throws InvalidFileException when the text is no UTF-8, or ends within a quoted cell
   */
  @Nullable List<String> next() throws IOException {
    if (!begin()) {
      return null;
    }
    List<String> cells = new ArrayList<>();
    // White space before the first cell is its beginning: a quotation mark behind it is itself.
    boolean fresh = cell.isEmpty();
    while (true) {
      int c = text.next();
      if (c == Utf8Text.END || c == '\n' || c == '\r') {
        end(cells);
        if (c == '\r' && text.peek() == '\n') {
          text.next();
        }
        return cells;
      }
      if (c == separator) {
        end(cells);
        fresh = true;
      } else if (c == QUOTE && fresh) {
        quoted();
        fresh = false;
      } else {
        cell.append((char) c);
        fresh = false;
      }
    }
  }

  /** Passes over lines without a cell; returns whether there is one with. */
  private boolean begin() throws IOException {
    cell.setLength(0);
    line = text.line();
    while (true) {
      int c = text.peek();
      if (c == Utf8Text.END) {
        return false;
      }
      if (c == '\n' || c == '\r') {
        cell.setLength(0);
        text.next();
        if (c == '\r' && text.peek() == separator) {
          text.next(); // As pandas does: the line that ends so takes the separator with it.
        }
        line = text.line();
      } else if ((c == ' ' || c == '\t') && c != separator) {
        cell.append((char) text.next());
      } else {
        return true;
      }
    }
  }

  /** Reads a cell from behind its first quotation mark to behind its last. */
  private void quoted() throws IOException {
    long opened = text.line();
    while (true) {
      int c = text.next();
      if (c == Utf8Text.END) {
        throw new InvalidFileException(
            location,
            -1,
            "the quotation mark that starts a cell in line %s is never closed; close it, or write a cell that starts with one as \"\"\"so\"\" it goes\""
                .formatted(opened));
      }
      if (c != QUOTE) {
        cell.append((char) c);
      } else if (text.peek() == QUOTE) {
        cell.append((char) text.next());
      } else {
        return;
      }
    }
  }

  private void end(List<String> cells) {
    int nul = cell.indexOf("\0");
    if (nul >= 0) {
      cut++;
      cell.setLength(nul);
    }
    cells.add(cell.toString());
    cell.setLength(0);
  }
}
