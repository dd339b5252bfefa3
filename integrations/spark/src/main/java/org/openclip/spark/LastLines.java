package org.openclip.spark;

import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** A stream of lines that passes them on and remembers the last ones. */
final class LastLines extends PrintStream {
  private static final int KEPT = 20;

  private final Deque<String> lines = new ArrayDeque<>();

  LastLines(PrintStream stream) {
    super(stream, true, stream.charset());
  }

  @Override
  public void println(@Nullable String line) {
    super.println(line);
    synchronized (lines) {
      lines.add(String.valueOf(line));
      if (lines.size() > KEPT) {
        lines.remove();
      }
    }
  }

  /** Returns the last lines. */
  String last() {
    synchronized (lines) {
      return String.join("\n", lines);
    }
  }
}
