package org.openclip.hub.cli.command.model;

import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import org.openclip.hub.cli.terminal.Printable;

/** Nested facts as indented lines of key and value. */
final class FactSheet {
  private static final int KEY = 18;

  private FactSheet() {}

  /** Writes a map; maps in it are indented below their key. */
  static void print(Map<?, ?> facts, PrintStream out) {
    print(facts, "", out);
  }

  private static void print(Map<?, ?> facts, String indent, PrintStream out) {
    int width =
        facts.keySet().stream()
            .mapToInt(key -> Printable.line(key.toString()).length())
            .max()
            .orElse(0);
    for (Map.Entry<?, ?> fact : facts.entrySet()) {
      String key = Printable.line(String.valueOf(fact.getKey()));
      if (fact.getValue() instanceof Map<?, ?> inner) {
        if (!inner.isEmpty()) {
          out.println(indent + key);
          print(inner, indent + "  ", out);
        }
      } else {
        String space = " ".repeat(Math.max(width, KEY) - key.length() + 2);
        out.println(indent + key + space + value(fact.getValue()));
      }
    }
  }

  private static String value(Object value) {
    // Only counts are long enough to need groups: 151,277,313.
    return value instanceof Long number && number >= 10_000
        ? String.format(Locale.ROOT, "%,d", number)
        : Printable.line(String.valueOf(value));
  }
}
