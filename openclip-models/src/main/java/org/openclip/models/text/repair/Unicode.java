package org.openclip.models.text.repair;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.openclip.models.resource.ModuleResource;

/**
 * Character properties that do not depend on the Unicode version of the Java runtime, which is 15.0
 * in Java 21 and 16.0 in Java 25. All machines must split a text into the same tokens. String
 * operations follow Python's tables of 15.1, and regular expressions 16.0. Later characters count
 * as unknown. Only the additions are listed, because the category of a character hardly ever
 * changes.
 */
public final class Unicode {
  private static final int PYTHON = 151;
  private static final int EXPRESSIONS = 160;

  /** Before it, nothing has been added. */
  private static final int FIRST = 0x88F;

  private static final Map<String, Byte> CATEGORIES =
      Map.ofEntries(
          Map.entry("Lu", Character.UPPERCASE_LETTER),
          Map.entry("Ll", Character.LOWERCASE_LETTER),
          Map.entry("Lt", Character.TITLECASE_LETTER),
          Map.entry("Lm", Character.MODIFIER_LETTER),
          Map.entry("Lo", Character.OTHER_LETTER),
          Map.entry("Mn", Character.NON_SPACING_MARK),
          Map.entry("Me", Character.ENCLOSING_MARK),
          Map.entry("Mc", Character.COMBINING_SPACING_MARK),
          Map.entry("Nd", Character.DECIMAL_DIGIT_NUMBER),
          Map.entry("Nl", Character.LETTER_NUMBER),
          Map.entry("No", Character.OTHER_NUMBER));

  /** A run of characters that were added together. */
  private record Addition(int first, int last, int type, int version) {
    /** Reads such as {@code 10D50 10D65 Lu 16.0}. */
    static Addition of(String line) {
      String[] cells = line.split(" ", -1);
      return new Addition(
          Integer.parseInt(cells[0], 16),
          Integer.parseInt(cells[1], 16),
          CATEGORIES.getOrDefault(cells[2], Character.OTHER_SYMBOL),
          Integer.parseInt(cells[3].replace(".", "")));
    }
  }

  private static final List<Addition> ADDITIONS = read();
  private static final int[] STARTS = ADDITIONS.stream().mapToInt(Addition::first).toArray();

  private Unicode() {}

  private static List<Addition> read() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                ModuleResource.open(Unicode.class, "unicode-additions.txt"),
                StandardCharsets.UTF_8))) {
      return lines.lines().filter(line -> !line.startsWith("#")).map(Addition::of).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the version that added a character, times ten; 150 for all that were there before. */
  static int version(int c) {
    int at = c < FIRST ? -1 : index(c);
    return at < 0 ? 150 : ADDITIONS.get(at).version();
  }

  /** Returns which addition a character is of; negative for none. */
  private static int index(int c) {
    int at = Arrays.binarySearch(STARTS, c);
    int before = at < 0 ? -at - 2 : at;
    return before >= 0 && c <= ADDITIONS.get(before).last() ? before : -1;
  }

  /** Returns whether Python's tables have a character. */
  static boolean inPython(int c) {
    return version(c) <= PYTHON;
  }

  /** Returns the general category of a character in Python's tables. */
  static int pythonType(int c) {
    int at = c < FIRST ? -1 : index(c);
    if (at < 0) {
      // The one character that has changed: a mark of Ahom, which is none that stands by itself
      // now.
      return c == 0x1171E ? Character.NON_SPACING_MARK : Character.getType(c);
    }
    Addition addition = ADDITIONS.get(at);
    return addition.version() <= PYTHON ? addition.type() : Character.UNASSIGNED;
  }

  /** Returns the general category of a character in regular expressions. */
  public static int type(int c) {
    int at = c < FIRST ? -1 : index(c);
    if (at < 0) {
      return Character.getType(c);
    }
    Addition addition = ADDITIONS.get(at);
    return addition.version() <= EXPRESSIONS ? addition.type() : Character.UNASSIGNED;
  }

  /**
   * Returns a regular expression in which categories mean the same in every Java runtime.
   *
   * @param expression a regular expression with categories such as {@code \p{L}} inside brackets
   *     only
   */
  public static String pinned(String expression) {
    return pinned(expression, EXPRESSIONS);
  }

  static String pinned(String expression, int version) {
    String pinned = expression;
    for (List<String> names :
        List.of(
            List.of("L", "Lu", "Ll", "Lt", "Lm", "Lo"),
            List.of("N", "Nd", "Nl", "No"),
            List.of("M", "Mn", "Me", "Mc"))) {
      for (String name : names) {
        String change = change(name, version);
        pinned = change.isEmpty() ? pinned : pinned.replace("\\p{" + name + "}", change);
      }
    }
    return pinned;
  }

  /** Returns the class that a category must be here; empty where this runtime's own is right. */
  private static String change(String name, int version) {
    StringBuilder more = new StringBuilder();
    StringBuilder less = new StringBuilder();
    for (Addition addition : ADDITIONS) {
      boolean known = addition.version() <= version;
      boolean here = is(name, Character.getType(addition.first()));
      boolean wanted = known && is(name, addition.type());
      if (here != wanted) {
        StringBuilder list = wanted ? more : less;
        list.append(hex(addition.first())).append('-').append(hex(addition.last()));
      }
    }
    if (more.isEmpty() && less.isEmpty()) {
      return "";
    }
    String without = less.isEmpty() ? "" : "&&[^" + less + "]";
    return "[\\p{" + name + "}" + more + without + "]";
  }

  private static String hex(int c) {
    return "\\x{" + Integer.toHexString(c) + "}";
  }

  private static boolean is(String name, int type) {
    return CATEGORIES.entrySet().stream()
        .anyMatch(e -> e.getKey().startsWith(name) && e.getValue() == type);
  }
}
