package org.openclip.hub.cli.terminal;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The properties of the terminal that the command line writes to. */
public final class Terminal {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  private Terminal() {}

  /** Returns whether the error stream goes to a screen, so that progress may be drawn on it. */
  @SuppressWarnings("SystemConsoleNull") // null until Java 21; what came after is asked, too
  public static boolean watchesErrors() {
    if ("dumb".equals(System.getenv("TERM"))) {
      return false;
    }
    if (Files.isDirectory(DESCRIPTORS)) {
      // System.console() speaks of the other two streams, and takes 40 ms to do it.
      try {
        String device = Files.readSymbolicLink(DESCRIPTORS.resolve("2")).toString();
        return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty");
      } catch (IOException e) {
        return false;
      }
    }
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      // From Java 22 on there is a console without a screen, too.
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }

  /**
   * Returns the number of columns that a text takes: two for most East Asian characters and emoji,
   * none for combining marks and joiners.
   */
  public static int width(String text) {
    return text.codePoints().map(Terminal::width).sum();
  }

  private static int width(int codePoint) {
    int type = Character.getType(codePoint);
    if (type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.FORMAT) {
      return 0;
    }
    boolean wide =
        (codePoint >= 0x1100 && codePoint <= 0x115f)
            || (codePoint >= 0x2e80 && codePoint <= 0xa4cf)
            || (codePoint >= 0xac00 && codePoint <= 0xd7a3)
            || (codePoint >= 0xf900 && codePoint <= 0xfaff)
            || (codePoint >= 0xfe30 && codePoint <= 0xfe6f)
            || (codePoint >= 0xff00 && codePoint <= 0xff60)
            || (codePoint >= 0x1f300 && codePoint <= 0x1faff)
            || (codePoint >= 0x20000 && codePoint <= 0x3fffd);
    return wide ? 2 : 1;
  }

  /** Returns the end of a text, of at most so many columns: the end of a path tells more. */
  public static String cutStart(String text, int columns) {
    String reversed = new StringBuilder(text).reverse().toString();
    return new StringBuilder(cut(reversed, columns)).reverse().toString();
  }

  /** Returns a text of at most so many columns, cut with an ellipsis when it is longer. */
  public static String cut(String text, int columns) {
    if (width(text) <= columns) {
      return text;
    }
    StringBuilder kept = new StringBuilder();
    int used = 0;
    for (int codePoint : text.codePoints().toArray()) {
      used += width(codePoint);
      if (used > columns - 3) {
        break;
      }
      kept.appendCodePoint(codePoint);
    }
    return kept.append("...").toString();
  }
}
