package org.openclip.hub.cli.benchmark;

import java.util.Locale;

/** How the results of a benchmark are written. */
enum BenchmarkFormat {
  TABLE,
  /** An object on each line. */
  JSON,
  CSV,
  MARKDOWN;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
