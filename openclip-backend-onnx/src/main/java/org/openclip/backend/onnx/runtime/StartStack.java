package org.openclip.backend.onnx.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How much of a stack the runtime needs to start.
 *
 * <p>Its official builds report their use. On Linux they match the command line of the process
 * against regular expressions that recurse at every character, and take 220 to 340 bytes of the
 * stack for each: with a command line of 4 KB the usual stack of 1 MB is not enough, and the
 * process dies. A process that has {@code ORT_DISABLE_TELEMETRY=1} in its environment matches
 * nothing.
 *
 * @param bytes the size; 0 for the usual one
 * @param commandLine the length of the command line in bytes; -1 when it is not known
 */
record StartStack(long bytes, long commandLine) {
  /** For a process in which the runtime has started, or reads no command line. */
  static final StartStack USUAL = new StartStack(0, -1);

  private static final int BYTES_PER_CHARACTER = 512;

  /** What a usual stack holds besides. */
  private static final long LEAST = 1L << 20;

  /** Where the length is not known, enough for a million characters. */
  private static final long UNKNOWN = 512L << 20;

  private static final Pattern MOST =
      Pattern.compile("^Max address space +(\\d+) ", Pattern.MULTILINE);

  private static final Pattern USED = Pattern.compile("^VmSize:\\s+(\\d+) kB", Pattern.MULTILINE);

  /** Returns what this process needs. */
  static StartStack ofThisProcess() {
    boolean reports = !"1".equals(System.getenv("ORT_DISABLE_TELEMETRY"));
    return of(reports, text("/proc/self/cmdline"));
  }

  /**
   * Returns what a process needs.
   *
   * @param reports whether the runtime reads the command line
   * @param commandLine null when it is not known
   */
  static StartStack of(boolean reports, @Nullable String commandLine) {
    if (!reports) {
      return USUAL;
    }
    if (commandLine == null) {
      return new StartStack(UNKNOWN, -1);
    }
    long length = commandLine.length();
    return new StartStack(LEAST + length * BYTES_PER_CHARACTER, length);
  }

  /**
   * Returns why the process has no room for the stack, with the remedy; null when it has. A thread
   * that does not start would make the JVM print a warning where a program reads results.
   */
  @Nullable String refusal() {
    return bytes == 0 ? null : refusal(text("/proc/self/limits"), text("/proc/self/status"));
  }

  /**
   * Returns why a process has no room for the stack.
   *
   * @param limits what Linux says of the limits of the process
   * @param status what it says of its memory
   */
  @Nullable String refusal(@Nullable String limits, @Nullable String status) {
    Matcher most = MOST.matcher(limits == null ? "" : limits);
    Matcher used = USED.matcher(status == null ? "" : status);
    if (!most.find() || !used.find()) {
      return null;
    }
    long left = Long.parseLong(most.group(1)) - 1024 * Long.parseLong(used.group(1));
    if (left > bytes + LEAST) {
      return null;
    }
    return problem(
        "the limit of the address space (ulimit -v) leaves " + (Math.max(0, left) >> 20) + " MB");
  }

  /** Returns a message for a process without room for the stack. */
  String problem(String reason) {
    return String.format(
        Locale.ROOT,
        "the command line has %d characters; to start, the runtime needs a stack of %d MB for it,"
            + " but %s. Set ORT_DISABLE_TELEMETRY=1 in the environment, raise the limit, or shorten"
            + " the command line, such as by java @FILE",
        commandLine,
        bytes >> 20,
        reason);
  }

  private static @Nullable String text(String file) {
    try {
      // Every byte counts, whatever it stands for.
      return new String(Files.readAllBytes(Path.of(file)), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return null;
    }
  }
}
