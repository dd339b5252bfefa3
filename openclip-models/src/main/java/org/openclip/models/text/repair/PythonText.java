package org.openclip.models.text.repair;

import java.text.Normalizer;
import java.util.Locale;

/**
 * String operations with Python's meaning, which differs from Java's: more characters are white
 * space, and the lower case of a capital sigma depends on its neighbours alone.
 */
public final class PythonText {
  private static final int CAPITAL_SIGMA = 0x3A3;

  private PythonText() {}

  /** Returns whether {@code str.isspace()} holds for the character. */
  public static boolean isSpace(int c) {
    if (c < 0x80) {
      return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= 0x1F);
    }
    return switch (c) {
      case 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000 -> true;
      default -> c >= 0x2000 && c <= 0x200A;
    };
  }

  /** Returns whether the code point matches {@code \w}: letters, numbers and the underscore. */
  static boolean isWord(int c) {
    return switch (Unicode.pythonType(c)) {
      case Character.UPPERCASE_LETTER,
          Character.LOWERCASE_LETTER,
          Character.TITLECASE_LETTER,
          Character.MODIFIER_LETTER,
          Character.OTHER_LETTER,
          Character.DECIMAL_DIGIT_NUMBER,
          Character.LETTER_NUMBER,
          Character.OTHER_NUMBER ->
          true;
      default -> c == '_';
    };
  }

  /** Returns the text without white space at both ends: {@code str.strip()}. */
  public static String strip(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && isSpace(text.charAt(start))) {
      start++;
    }
    while (end > start && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  /** Returns the words of the text with one space between them: {@code " ".join(str.split())}. */
  public static String collapse(String text) {
    if (isCollapsed(text)) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    boolean gap = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isSpace(c)) {
        gap = true;
      } else {
        if (gap && !out.isEmpty()) {
          out.append(' ');
        }
        gap = false;
        out.append(c);
      }
    }
    return out.toString();
  }

  private static boolean isCollapsed(String text) {
    boolean space = true;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (space ? isSpace(c) : c != ' ' && isSpace(c)) {
        return false;
      }
      space = c == ' ';
    }
    return !space;
  }

  /** Returns the text in lower case: {@code str.lower()}, Unicode's full mapping. */
  public static String lower(String text) {
    if (isAsciiWithoutCapitals(text)) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      int next = i + Character.charCount(c);
      if (c == CAPITAL_SIGMA) {
        out.append(endsWord(text, i, next) ? 'ς' : 'σ');
      } else if (c == 0x130) {
        out.append("i\u0307");
      } else {
        out.appendCodePoint(Unicode.inPython(c) ? Character.toLowerCase(c) : c);
      }
      i = next;
    }
    return out.toString();
  }

  /** Returns the text in Unicode's normal form C: {@code unicodedata.normalize("NFC", text)}. */
  static String compose(String text) {
    StringBuilder out = null;
    int done = 0;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      int next = i + Character.charCount(c);
      if (!Unicode.inPython(c)) {
        // To Python it is nothing, and nothing composes with it.
        out = out == null ? new StringBuilder(text.length()) : out;
        out.append(Normalizer.normalize(text.substring(done, i), Normalizer.Form.NFC));
        out.appendCodePoint(c);
        done = next;
      }
      i = next;
    }
    String rest = Normalizer.normalize(text.substring(done), Normalizer.Form.NFC);
    return out == null ? rest : out.append(rest).toString();
  }

  private static boolean isAsciiWithoutCapitals(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x80 || (c >= 'A' && c <= 'Z')) {
        return false;
      }
    }
    return true;
  }

  /** Returns the text in upper case, Unicode's full mapping. */
  static String upper(String text) {
    return text.toUpperCase(Locale.ROOT);
  }

  /** Returns whether the letter at [start, end) has cased letters before it and none behind. */
  private static boolean endsWord(String text, int start, int end) {
    int before = start;
    int c = -1;
    while (before > 0) {
      c = text.codePointBefore(before);
      if (!isCaseIgnorable(c)) {
        break;
      }
      before -= Character.charCount(c);
    }
    if (before == 0 || !isCased(c)) {
      return false;
    }
    int after = end;
    while (after < text.length()) {
      c = text.codePointAt(after);
      if (!isCaseIgnorable(c)) {
        break;
      }
      after += Character.charCount(c);
    }
    return after == text.length() || !isCased(c);
  }

  private static boolean isCased(int c) {
    // Java 26 has no case for the pharyngeal fricative any more.
    return Unicode.inPython(c)
        && (Character.isLowerCase(c)
            || Character.isUpperCase(c)
            || Character.isTitleCase(c)
            || c == 0x295);
  }

  private static boolean isCaseIgnorable(int c) {
    return switch (Unicode.pythonType(c)) {
      case Character.NON_SPACING_MARK,
          Character.ENCLOSING_MARK,
          Character.FORMAT,
          Character.MODIFIER_LETTER,
          Character.MODIFIER_SYMBOL ->
          true;
      default -> ".':·\u0387\u055F\u05F4‘’․‧︓﹒﹕＇．：".indexOf(c) >= 0;
    };
  }
}
