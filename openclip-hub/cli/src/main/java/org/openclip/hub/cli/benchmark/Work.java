package org.openclip.hub.cli.benchmark;

import java.util.Locale;

/** What a call does. */
enum Work {
  /** Encodes images that are prepared already: the image tower alone. */
  IMAGE,
  /** Tokenizes and encodes captions of usual length. */
  TEXT,
  /** Reads, decodes, prepares and encodes image files. */
  FILES;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
