package org.openclip.models.text;

import java.util.List;

/**
 * The cutting of a text into pieces: special tokens, English contractions, runs of letters, single
 * digits, and runs of anything else but white space.
 */
final class Words {
  private final List<String> specialTokens;

  /** Whether a special token begins with an ASCII character; the last one stands for all others. */
  private final boolean[] startsSpecial = new boolean[129];

  Words(List<String> specialTokens) {
    this.specialTokens = specialTokens;
    for (String token : specialTokens) {
      int first = token.codePointAt(0);
      startsSpecial[Math.min(128, Character.toLowerCase(first))] = true;
      startsSpecial[Math.min(128, Character.toUpperCase(first))] = true;
    }
  }

  /** Returns where the piece at an index ends; minus where the white space there ends. */
  int end(String text, int at) {
    int first = text.codePointAt(at);
    if (startsSpecial[Math.min(128, first)]) {
      for (String token : specialTokens) {
        if (text.regionMatches(true, at, token, 0, token.length())) {
          return at + token.length();
        }
      }
    }
    int next = at + Character.charCount(first);
    if (first == '\'') {
      int contraction = contraction(text, next);
      if (contraction > 0) {
        return next + contraction;
      }
    }
    CharacterKind kind = CharacterKind.of(first);
    if (kind == CharacterKind.DIGIT) {
      return next;
    }
    while (next < text.length()) {
      int c = text.charAt(next);
      if (c >= 128) {
        c = text.codePointAt(next);
      }
      if (CharacterKind.of(c) != kind) {
        break;
      }
      next += Character.charCount(c);
    }
    return kind == CharacterKind.SPACE ? -next : next;
  }

  /** Returns how many letters after an apostrophe make a contraction; 0 for none. */
  private static int contraction(String text, int at) {
    if (at >= text.length()) {
      return 0;
    }
    char first = text.charAt(at);
    char second = at + 1 < text.length() ? (char) (text.charAt(at + 1) | 0x20) : 0;
    return switch (first) {
      // The long s is an s to whoever ignores case.
      case 's', 'S', 't', 'T', 'm', 'M', 'd', 'D', '\u017f' -> 1;
      case 'r', 'R', 'v', 'V' -> second == 'e' ? 2 : 0;
      case 'l', 'L' -> second == 'l' ? 2 : 0;
      default -> 0;
    };
  }
}
