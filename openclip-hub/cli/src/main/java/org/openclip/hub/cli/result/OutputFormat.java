package org.openclip.hub.cli.result;

import java.util.Locale;

/** The output format of a command with a single result. */
public enum OutputFormat {
  /** For people. */
  TABLE,
  /** For programs: one JSON object a line, in UTF-8. */
  JSON;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
