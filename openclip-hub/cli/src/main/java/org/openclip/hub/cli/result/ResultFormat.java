package org.openclip.hub.cli.result;

import java.util.Locale;

/** The output format of result rows. */
public enum ResultFormat {
  /** For people. */
  TABLE,
  /** For programs, in UTF-8. */
  JSON,
  /** For programs: one JSON object a line, in UTF-8. */
  JSONL,
  /** Cells with commas between, after a line of their names, in UTF-8 (RFC 4180). */
  CSV,
  /** The same with tabs. */
  TSV;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
