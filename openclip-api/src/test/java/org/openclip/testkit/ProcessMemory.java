package org.openclip.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The memory of this process, as Linux counts it. */
public final class ProcessMemory {
  private static final Path STATUS = Path.of("/proc/self/status");

  private ProcessMemory() {}

  /** Returns whether this system counts it. */
  public static boolean isKnown() {
    return Files.isReadable(STATUS);
  }

  /**
   * Returns a number of bytes; 0 where nobody counts them.
   *
   * @param field {@code VmRSS} for what is resident now, {@code VmHWM} for the largest value so
   *     far, {@code RssAnon} without mapped files
   */
  public static long bytes(String field) throws IOException {
    if (!isKnown()) {
      return 0;
    }
    for (String line : Files.readAllLines(STATUS)) {
      if (line.startsWith(field + ":")) {
        return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException("no " + field + " in " + STATUS);
  }
}
