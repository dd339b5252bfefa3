package org.openclip.models.text.repair;

import java.text.Normalizer;

/** Repairs whole texts, segment by segment. Each segment is usually a line. */
public final class TextRepair {
  /** The length in code points above which a segment without line breaks is cut. */
  private static final int LONGEST_SEGMENT = 1_000_000;

  private static final char LATIN_LIGATURES = '\uFB00';
  private static final String[] LIGATURES = {"ff", "fi", "fl", "ffi", "ffl", "ſt", "st"};

  private TextRepair() {}

  /** Returns the repaired text, in Unicode's normal form C. */
  public static String repair(String text) {
    StringBuilder out = new StringBuilder(text.length());
    boolean entities = true;
    for (int start = 0; start < text.length(); ) {
      int end = segmentEnd(text, start);
      String segment = text.substring(start, end);
      // Text with tags is HTML, and in HTML an escaped character is meant to be so.
      entities &= segment.indexOf('<') < 0;
      out.append(repairSegment(segment, entities));
      start = end;
    }
    return out.toString();
  }

  private static int segmentEnd(String text, int start) {
    int newline = text.indexOf('\n', start);
    int end = newline < 0 ? text.length() : newline + 1;
    if (end - start <= LONGEST_SEGMENT || text.codePointCount(start, end) <= LONGEST_SEGMENT) {
      return end;
    }
    return text.offsetByCodePoints(start, LONGEST_SEGMENT);
  }

  private static String repairSegment(String segment, boolean entities) {
    String before;
    String after = segment;
    do {
      before = after;
      after = entities ? HtmlEntities.unescapeClear(after) : after;
      after = Mojibake.repair(after);
      after = Mojibake.replaceControls(after);
      after = replaceCharacters(after);
      after = removeTerminalCodes(after);
      after = removeControls(after);
      after = PythonText.compose(after);
    } while (!after.equals(before));
    return after;
  }

  /** Replaces ligatures, wide and narrow forms, curly quotes, line breaks and lone surrogates. */
  private static String replaceCharacters(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        boolean windows = c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n';
        if (!windows) {
          out.append(c == '\r' ? '\n' : c);
        }
      } else if (c >= 0xFF01 && c < 0xFFF0) {
        out.append(Normalizer.normalize(String.valueOf(c), Normalizer.Form.NFKC));
      } else if (c >= LATIN_LIGATURES && c < LATIN_LIGATURES + LIGATURES.length) {
        out.append(LIGATURES[c - LATIN_LIGATURES]);
      } else if (Character.isSurrogate(c)) {
        boolean pair = i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1));
        out.append(pair ? c : '\uFFFD');
        if (pair) {
          i++;
          out.append(text.charAt(i));
        }
      } else {
        replaceCharacter(out, c);
      }
    }
    return out.toString();
  }

  private static void replaceCharacter(StringBuilder out, char c) {
    switch (c) {
      case 0x85, 0x2028, 0x2029 -> out.append('\n');
      case 0x3000 -> out.append(' ');
      case 0x2BC, 0x2018, 0x2019, 0x201A, 0x201B -> out.append('\'');
      case 0x201C, 0x201D, 0x201E, 0x201F -> out.append('"');
      // Digraphs of one character, for Dutch, Afrikaans (its apostrophe is straightened with the
      // other quotes) and the conversion of Serbian from Cyrillic.
      case 'Ĳ' -> out.append("IJ");
      case 'ĳ' -> out.append("ij");
      case 'ŉ' -> out.append("'n");
      case 'Ǳ' -> out.append("DZ");
      case 'ǲ' -> out.append("Dz");
      case 'ǳ' -> out.append("dz");
      case 'Ǆ' -> out.append("DŽ");
      case 'ǅ' -> out.append("Dž");
      case 'ǆ' -> out.append("dž");
      case 'Ǉ' -> out.append("LJ");
      case 'ǈ' -> out.append("Lj");
      case 'ǉ' -> out.append("lj");
      case 'Ǌ' -> out.append("NJ");
      case 'ǋ' -> out.append("Nj");
      case 'ǌ' -> out.append("nj");
      default -> out.append(c);
    }
  }

  private static boolean isDigit(int c) {
    return Unicode.pythonType(c) == Character.DECIMAL_DIGIT_NUMBER;
  }

  /** Removes the sequences by which terminals change colours: ESC [ numbers letter. */
  private static String removeTerminalCodes(String text) {
    int escape = text.indexOf("\u001B[");
    if (escape < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    int copied = 0;
    while (escape >= 0) {
      int end = escape + 2;
      while (end < text.length() && (text.charAt(end) == ';' || isDigit(text.codePointAt(end)))) {
        end += Character.charCount(text.codePointAt(end));
      }
      if (end < text.length() && isLatin(text.charAt(end))) {
        out.append(text, copied, escape);
        copied = end + 1;
      }
      escape = text.indexOf("\u001B[", Math.max(copied, escape + 1));
    }
    return out.append(text, copied, text.length()).toString();
  }

  private static boolean isLatin(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  /** Removes control characters that nobody means to write; white space and joiners stay. */
  private static String removeControls(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean control =
          (c < 0x20 && c != '\t' && c != '\n' && c != '\f' && c != '\r')
              || c == 0x7F
              || (c >= 0x206A && c <= 0x206F)
              || c == 0xFEFF
              || (c >= 0xFFF9 && c <= 0xFFFC);
      if (!control) {
        out.append(c);
      }
    }
    return out.toString();
  }
}
