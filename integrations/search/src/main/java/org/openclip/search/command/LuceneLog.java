package org.openclip.search.command;

import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Keeps Lucene, which logs by java.util.logging, from advising users of the command line on options
 * of the JVM.
 */
final class LuceneLog {
  /** Held here, for the JVM forgets loggers that nobody holds, and their levels. */
  private static final Logger VECTORS =
      Logger.getLogger("org.apache.lucene.internal.vectorization.VectorizationProvider");

  private LuceneLog() {}

  static void quiet() {
    VECTORS.setLevel(Level.SEVERE);
  }
}
