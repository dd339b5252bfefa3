package org.openclip.hub.cli.terminal;

import java.util.Locale;

/**
 * Escapes control characters, so that file names and file contents cannot control the terminal. So
 * are the marks that turn the direction of writing, by which one name can look like another.
 */
public final class Printable {
  private Printable() {}

  /** Returns a text of one line; breaks and tabs are escaped, too. */
  public static String line(String text) {
    return escape(text, false);
  }

  /** Returns a text of several lines; its line feeds and tabs stay. */
  public static String lines(String text) {
    return escape(text, true);
  }

  private static String escape(String text, boolean several) {
    int harmless = 0;
    while (harmless < text.length() && !isHarmful(text, harmless, several)) {
      harmless++;
    }
    if (harmless == text.length()) {
      return text;
    }
    StringBuilder escaped = new StringBuilder(text.length() + 16).append(text, 0, harmless);
    for (int i = harmless; i < text.length(); i++) {
      char c = text.charAt(i);
      escaped.append(isHarmful(text, i, several) ? escape(c) : String.valueOf(c));
    }
    return escaped.toString();
  }

  private static boolean isHarmful(String text, int at, boolean several) {
    char c = text.charAt(at);
    if (several && (c == '\n' || c == '\t')) {
      return false;
    }
    if (several && c == '\r' && at + 1 < text.length() && text.charAt(at + 1) == '\n') {
      return false;
    }
    return Character.isISOControl(c)
        || (c >= '\u2028' && c <= '\u202e')
        || (c >= '\u2066' && c <= '\u2069')
        || c == '\u200e'
        || c == '\u200f'
        || c == '\u061c';
  }

  private static String escape(char c) {
    return switch (c) {
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      default -> String.format(Locale.ROOT, c < 256 ? "\\x%02x" : "\\u%04x", (int) c);
    };
  }
}
