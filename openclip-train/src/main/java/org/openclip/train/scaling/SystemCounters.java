package org.openclip.train.scaling;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Linux counts: bytes between processes of one machine, and the memory of one. */
final class SystemCounters {
  private static final Path DEVICES = Path.of("/proc/net/dev");

  private SystemCounters() {}

  /** Returns how many bytes were sent on the loopback device; NaN where nobody counts them. */
  static double sent() {
    try {
      for (String line : Files.readAllLines(DEVICES)) {
        String[] words = line.strip().split("[:\\s]+", -1);
        if (words[0].equals("lo") && words.length > 9) {
          return Double.parseDouble(words[9]);
        }
      }
    } catch (IOException e) {
      System.getLogger(SystemCounters.class.getName())
          .log(System.Logger.Level.DEBUG, "no " + DEVICES, e);
    }
    return Double.NaN;
  }

  /** Returns the most memory that a process has had, in bytes; 0 where nobody counts it. */
  static long most(long process) {
    Path status = Path.of("/proc", Long.toString(process), "status");
    try {
      for (String line : Files.readAllLines(status)) {
        if (line.startsWith("VmHWM:")) {
          return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
        }
      }
    } catch (IOException e) {
      System.getLogger(SystemCounters.class.getName())
          .log(System.Logger.Level.DEBUG, "no " + status, e);
    }
    return 0;
  }
}
