package org.openclip.models.text.repair;

/**
 * The recognition of text that was decoded in a wrong encoding, from neighbouring characters that
 * people do not write next to each other, such as an accented letter before a currency sign.
 *
 * <p>Classes and rules are those of the badness heuristic of ftfy 6.3.1. Here they are sets of
 * bits: two neighbours are suspicious when the second has a class that must not follow one of the
 * first.
 */
final class MojibakeSigns {
  private static final int COMMON = 1;
  private static final int C1 = 1 << 1;
  private static final int BAD = 1 << 2;
  private static final int LAW = 1 << 3;
  private static final int CURRENCY = 1 << 4;
  private static final int START = 1 << 5;
  private static final int END = 1 << 6;
  private static final int NUMERIC = 1 << 7;
  private static final int KAOMOJI = 1 << 8;
  private static final int UPPER_ACCENTED = 1 << 9;
  private static final int LOWER_ACCENTED = 1 << 10;
  private static final int UPPER_COMMON = 1 << 11;
  private static final int LOWER_COMMON = 1 << 12;
  private static final int BOX = 1 << 13;
  private static final int ACCENTED = LOWER_ACCENTED | UPPER_ACCENTED;

  /** What looks wrong on either side of a {@link #BAD} character. */
  private static final int BESIDE_BAD =
      BAD | ACCENTED | BOX | START | END | CURRENCY | NUMERIC | LAW;

  /** What continues a sequence of Arabic letters in UTF-8 read as Windows-1252. */
  private static final int ARABIC_SECOND = COMMON | CURRENCY | BAD | NUMERIC | START;

  /** What stands between two Cyrillic or Greek letters that are lead bytes in truth. */
  private static final int BETWEEN_LEADS = C1 | BAD | START | END | CURRENCY;

  private MojibakeSigns() {}

  /** The classes of characters, made on first use. */
  private static final class Classes {
    /** The classes of the characters below U+2600. */
    static final short[] LOW = new short[0x2600];

    static {
      add(COMMON, "\u00A0\u00AD·´–—―…’");
      add(C1, "\u0080-\u009F");
      add(BAD, "¤¦¨ª¬¯¸ºƒˆˇ˘˛˜†‡‰⌐◊");
      add(LAW, "§¶");
      add(CURRENCY, "¢£¥₧€");
      add(START, "¡©«¿΄΅‘‚“„•‹");
      add(END, "®»˝”›™");
      add(NUMERIC, "±²³µ¹¼½¾×÷⁄№∂∆∏∑√∞∩∫≈≠≡≤≥");
      add(KAOMOJI, "°Ò-ÖÙ-Üò-öø-üŌŐŪŲ");
      add(UPPER_ACCENTED, "À-ÑØÜÝĀĂĄĆČĎĐĒĖĘĚĞĢĪİĶĹĻĽŁŃŅŇŒŘŚŞŠŢŤŮŰŸŹŻŽҐ");
      add(LOWER_ACCENTED, "ß-ñüāăąćčďđēėęěğģīįķĺļľłœŕśşšťźżžґ");
      add(UPPER_COMMON, "ÞΆΈ-ΊΌΎΏΑ-ΡΣ-ΫЁ-Я");
      add(UPPER_COMMON, "\u03A2Ѐ");
      add(LOWER_COMMON, "ά-ωа-џ");
      add(BOX, "│┌┐┘├┤┬┼═-╬▀▄█▌▐░-▓");
    }

    private static void add(int type, String characters) {
      for (int i = 0; i < characters.length(); i++) {
        char first = characters.charAt(i);
        char last = first;
        if (i + 2 < characters.length() && characters.charAt(i + 1) == '-') {
          i += 2;
          last = characters.charAt(i);
        }
        for (int c = first; c <= last; c++) {
          LOW[c] |= (short) type;
        }
      }
    }
  }

  private static int classes(int c) {
    return switch (c) {
      case -1 -> 0;
      case 0xFB01, 0xFB02 -> LOWER_ACCENTED;
      case 0xF8FF -> START;
      case 0xFFFD -> BAD;
      default -> c < Classes.LOW.length ? Classes.LOW[c] : 0;
    };
  }

  private static boolean has(int c, int types) {
    return (classes(c) & types) != 0;
  }

  /** Returns whether some part of the text looks as if it had been decoded wrongly. */
  static boolean in(String text) {
    int[] c = text.codePoints().toArray();
    for (int i = 0; i < c.length; i++) {
      int first = classes(c[i]);
      int second = at(c, i + 1);
      if ((first & C1) != 0
          || (forbiddenAfter(first) & classes(second)) != 0
          || isBadTriple(c[i], second, at(c, i + 2))
          || isKnownPair(c[i], second, at(c, i + 2))
          || isKnownSequence(c, i)) {
        return true;
      }
    }
    return false;
  }

  private static int at(int[] c, int i) {
    return i < c.length ? c[i] : -1;
  }

  /** Returns the classes that look wrong behind a character of the given classes. */
  private static int forbiddenAfter(int first) {
    int after = 0;
    after |= (first & BAD) != 0 ? BESIDE_BAD : 0;
    after |= (first & BESIDE_BAD) != 0 ? BAD : 0;
    after |=
        (first & (LOWER_ACCENTED | LOWER_COMMON | BOX | END | CURRENCY | NUMERIC)) != 0
            ? UPPER_ACCENTED
            : 0;
    after |= (first & (BOX | END | CURRENCY | NUMERIC)) != 0 ? LOWER_ACCENTED : 0;
    after |= (first & (LOWER_ACCENTED | BOX | END)) != 0 ? CURRENCY : 0;
    after |= (first & (UPPER_ACCENTED | BOX)) != 0 ? NUMERIC | LAW : 0;
    after |= (first & (CURRENCY | NUMERIC | BOX)) != 0 ? START : 0;
    after |= (first & BOX) != 0 ? KAOMOJI | END : 0;
    after |= (first & (ACCENTED | CURRENCY | NUMERIC | START | END | LAW)) != 0 ? BOX : 0;
    return after;
  }

  private static boolean isBadTriple(int a, int b, int c) {
    int first = classes(a);
    int second = classes(b);
    int third = classes(c);
    if ((second & (LOWER_COMMON | UPPER_COMMON)) != 0 && (third & BAD) != 0 && isLatin(a)) {
      return true;
    }
    if ((second & UPPER_ACCENTED) != 0
        && (((third & CURRENCY) != 0 && PythonText.isSpace(a))
            || ((third & (START | CURRENCY)) != 0 && isSmallLatin(a)))) {
      return true;
    }
    if ((second & START) != 0
        && (third & NUMERIC) != 0
        && (first & (ACCENTED | BOX | CURRENCY | END)) != 0) {
      return true;
    }
    if ((second & END) != 0
        && (third & START) != 0
        && (first & (ACCENTED | CURRENCY | NUMERIC | BOX | LAW)) != 0) {
      return true;
    }
    return (first & ACCENTED) != 0
        && (second & (START | END)) != 0
        && c >= 0
        && PythonText.isWord(c);
  }

  /** Pairs that are the beginning of UTF-8 sequences in one encoding or another. */
  private static boolean isKnownPair(int a, int b, int c) {
    if (b < 0) {
      return false;
    }
    return switch (a) {
          // A ligature that ends a word.
          case 'Œ', 'œ' -> !isLatin(b);
          // Windows-1252
          case 'Â', 'Î', 'Ð' -> startsTwoBytes(b) || (b == '°' && a == 'Â');
          case 'Ã' -> startsTwoBytes(b) || b == '¡';
          case '×' -> b == '²' || b == '³';
          case 'à' -> "²µ¹¼½¾".indexOf(b) >= 0;
          // MacRoman
          case '√' -> "±∂†≠®™´≤≥¥µø".indexOf(b) >= 0;
          case '≈' -> b == '°' || b == '¢';
          case '‚' ->
              (b == 'Ä' && c >= 0 && "ìîïòôúùû†°¢π".indexOf(c) >= 0)
                  || ((b == 'â' || b == 'ó') && c >= 0 && "àä°ê".indexOf(c) >= 0);
          // Windows-1251
          case 'в' -> b == 'Ђ';
          case 'В', 'Г', 'Р', 'С' ->
              (has(b, BETWEEN_LEADS) || b == '°' || b == 'µ') && c >= 0 && "ВГРС".indexOf(c) >= 0;
          // Windows-1253
          case 'β' -> b == '€' && c >= 0 && "™\u00A0Ά\u00AD®°".indexOf(c) >= 0;
          case 'Β', 'Γ', 'Ξ', 'Ο' ->
              (has(b, BETWEEN_LEADS) || b == '°') && c >= 0 && "ΒΓΞΟ".indexOf(c) >= 0;
          // Windows-1257
          case 'ā' -> b == '€';
          default -> false;
        }
        || (b == '°' && has(a, UPPER_ACCENTED));
  }

  private static boolean startsTwoBytes(int b) {
    return has(b, START | END) || "€œŠš¢£Ÿž\u00A0\u00AD®©°·»–—´".indexOf(b) >= 0;
  }

  /** Longer sequences, and those that depend on what stands before them. */
  private static boolean isKnownSequence(int[] c, int i) {
    if (i == 0 && isATildeOrCircumflex(c[0]) && at(c, 1) == ' ') {
      return true;
    }
    if (isSmallLatin(c[i])) {
      int next = PythonText.isSpace(at(c, i + 1)) ? i + 2 : i + 1;
      if (isATildeOrCircumflex(at(c, next)) && at(c, next + 1) == ' ') {
        return true;
      }
    }
    int second = at(c, i + 1);
    int third = at(c, i + 2);
    if (second == 'Â'
        && (isSmallLatin(c[i]) || (c[i] >= 0 && ".,?!".indexOf(c[i]) >= 0) || has(c[i], END))
        && (third == ' ' || has(third, START | END))) {
      return true;
    }
    // Arabic in Windows-1252: two letters of two bytes each.
    if (isArabicLead(c[i])
        && isArabicSecond(second)
        && isArabicLead(third)
        && isArabicSecond(at(c, i + 3))) {
      return true;
    }
    // Windows-1251 over Latin-1, before a Latin letter.
    int last = at(c, i + 6);
    return startsWith(c, i, "ГўВЂВ") && at(c, i + 5) != '\n' && (isLatin(last) || last == ' ');
  }

  private static boolean isATildeOrCircumflex(int c) {
    return c == 'Ã' || c == 'Â';
  }

  private static boolean isArabicLead(int c) {
    return c == 'Ø' || c == 'Ù';
  }

  private static boolean isArabicSecond(int c) {
    return has(c, ARABIC_SECOND) || (c >= 0 && "ŸŠ®°µ»".indexOf(c) >= 0);
  }

  private static boolean startsWith(int[] c, int i, String wanted) {
    for (int k = 0; k < wanted.length(); k++) {
      if (at(c, i + k) != wanted.charAt(k)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isLatin(int c) {
    return isSmallLatin(c) || (c >= 'A' && c <= 'Z');
  }

  private static boolean isSmallLatin(int c) {
    return c >= 'a' && c <= 'z';
  }
}
