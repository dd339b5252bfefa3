package org.openclip.models.text;

import org.openclip.models.text.repair.Unicode;

/** The kinds of characters by which {@link Words} cuts a text. */
enum CharacterKind {
  LETTER,
  DIGIT,
  SPACE,
  SIGN;

  private static final int COMBINING_IOTA = 0x345;
  private static final CharacterKind[] ASCII = new CharacterKind[128];

  static {
    for (int c = 0; c < 128; c++) {
      ASCII[c] = classify(c);
    }
  }

  static CharacterKind of(int c) {
    return c < 128 ? ASCII[c] : classify(c);
  }

  private static CharacterKind classify(int c) {
    return switch (Unicode.type(c)) {
      case Character.UPPERCASE_LETTER,
          Character.LOWERCASE_LETTER,
          Character.TITLECASE_LETTER,
          Character.MODIFIER_LETTER,
          Character.OTHER_LETTER ->
          LETTER;
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> DIGIT;
      default -> isSpace(c) ? SPACE : SIGN;
    };
  }

  private static boolean isSpace(int c) {
    return (c >= 9 && c <= 13)
        || c == 0x85
        // A mark whose other case is a letter: the reference finds it in no piece.
        || c == COMBINING_IOTA
        || Character.getType(c) == Character.SPACE_SEPARATOR
        || Character.getType(c) == Character.LINE_SEPARATOR
        || Character.getType(c) == Character.PARAGRAPH_SEPARATOR;
  }
}
