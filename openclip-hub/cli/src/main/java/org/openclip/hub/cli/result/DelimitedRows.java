package org.openclip.hub.cli.result;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes rows as CSV or TSV, always in UTF-8. A cell with the separator, a quotation mark, a line
 * break or white space at its ends is quoted (RFC 4180).
 */
public final class DelimitedRows {
  private final PrintStream out;
  private final char separator;

  /**
   * Creates a writer.
   *
   * @param format {@link ResultFormat#CSV} or {@link ResultFormat#TSV}
   */
  public DelimitedRows(PrintStream out, ResultFormat format) {
    this.out = out;
    this.separator = format == ResultFormat.TSV ? '\t' : ',';
  }

  /** Writes a row. */
  public void row(List<?> cells) {
    out.writeBytes(line(cells, separator).getBytes(StandardCharsets.UTF_8));
  }

  /** Returns a row with the line feed that ends it. */
  public static String line(List<?> cells, char separator) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      line.append(i == 0 ? "" : separator).append(cell(String.valueOf(cells.get(i)), separator));
    }
    return line.append('\n').toString();
  }

  private static String cell(String text, char separator) {
    boolean quoted =
        !text.equals(text.strip())
            || text.chars().anyMatch(c -> c == separator || c == '"' || c == '\n' || c == '\r');
    return quoted ? '"' + text.replace("\"", "\"\"") + '"' : text;
  }
}
