package org.openclip.hub.cli.result;

import java.util.Locale;

/** The output format of a list. */
public enum ListFormat {
  /** For people. */
  TABLE,
  /** For programs: one JSON object a line, in UTF-8. */
  JSON,
  /** For shells: one name a line. */
  NAMES;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
