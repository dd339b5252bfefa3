package org.openclip.models.text.repair;

import java.io.ByteArrayOutputStream;

/**
 * Repairs of bytes that are almost UTF-8, between encoding a misread text and decoding it again.
 */
final class ByteRepairs {
  private static final int SPACE = 0x20;

  /** What may follow "à " as one Portuguese word, so that the space was part of the letter. */
  private static final String[] AFTER_A_GRAVE = {" ", "quele", "quela", "quilo", "s "};

  private ByteRepairs() {}

  /**
   * Turns spaces back into 0xA0 where that completes a UTF-8 sequence: programs that take 0xA0 for
   * a no-break space write a plain one.
   */
  static byte[] restoreSpaces(byte[] bytes) {
    if (!hasAlteredSequence(bytes)) {
      return bytes;
    }
    byte[] out = completeAGrave(bytes);
    for (int i = 0; i < out.length; ) {
      int length = alteredLength(out, i);
      for (int k = i; k < i + length; k++) {
        if (out[k] == SPACE) {
          out[k] = (byte) 0xA0;
        }
      }
      i += Math.max(length, 1);
    }
    return out;
  }

  private static boolean hasAlteredSequence(byte[] bytes) {
    for (int i = 0; i < bytes.length; i++) {
      if (alteredLength(bytes, i) > 0) {
        return true;
      }
    }
    return false;
  }

  /** "Ã " alone is the French word "à": the letter gets its byte and keeps a space behind it. */
  private static byte[] completeAGrave(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + 8);
    for (int i = 0; i < bytes.length; i++) {
      out.write(bytes[i]);
      if (at(bytes, i) == 0xC3 && at(bytes, i + 1) == SPACE && !continuesAGrave(bytes, i + 2)) {
        out.write(0xA0);
      }
    }
    return out.toByteArray();
  }

  private static boolean continuesAGrave(byte[] bytes, int i) {
    for (String word : AFTER_A_GRAVE) {
      int k = 0;
      while (k < word.length() && at(bytes, i + k) == word.charAt(k)) {
        k++;
      }
      if (k == word.length()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns the length of the UTF-8 sequence at the index in which one byte 0xA0 has become a
   * space, or 0. Only sequences of likely characters count.
   */
  private static int alteredLength(byte[] bytes, int i) {
    int lead = at(bytes, i);
    int second = at(bytes, i + 1);
    int third = at(bytes, i + 2);
    return switch (lead) {
      case 0xC2, 0xC3, 0xC5, 0xCE, 0xD0, 0xD9 -> second == SPACE ? 2 : 0;
      case 0xE0, 0xE1 -> isLikely(second) && third == SPACE ? 3 : 0;
      case 0xE2, 0xE3 -> {
        boolean likely = second == SPACE ? isLikely(third) : isLikely(second) && third == SPACE;
        yield likely ? 3 : 0;
      }
      case 0xF0 -> {
        int fourth = at(bytes, i + 3);
        int spaces = count(SPACE, second, third, fourth);
        int continuations = continuation(second) + continuation(third) + continuation(fourth);
        yield spaces == 1 && continuations == 2 ? 4 : 0;
      }
      default -> 0;
    };
  }

  /** A continuation byte other than 0xA0 itself and 0x85, an ellipsis in Windows-1252. */
  private static boolean isLikely(int b) {
    return continuation(b) == 1 && b != 0x85 && b != 0xA0;
  }

  /**
   * Replaces UTF-8 sequences of which bytes were lost by that of U+FFFD. A lost byte is 0x1A, or a
   * question mark at one place in a sequence.
   */
  static byte[] replaceLossySequences(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + 8);
    for (int i = 0; i < bytes.length; ) {
      int length = lossyLength(bytes, i);
      if (length > 0) {
        out.write(0xEF);
        out.write(0xBF);
        out.write(0xBD);
        i += length;
      } else {
        out.write(bytes[i]);
        i++;
      }
    }
    return out.toByteArray();
  }

  private static int lossyLength(byte[] bytes, int i) {
    int lead = at(bytes, i);
    int second = at(bytes, i + 1);
    if (lead == SingleByteEncoding.LOST) {
      return 1;
    }
    if (lead >= 0xC2 && lead <= 0xDF) {
      return second == SingleByteEncoding.LOST || (lead <= 0xC3 && second == '?') ? 2 : 0;
    }
    if (lead == 0xED && isLossySurrogatePair(bytes, i)) {
      return 6;
    }
    int length = lead >= 0xE0 && lead <= 0xEF ? 3 : lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
    int lost = 0;
    int questions = 0;
    for (int k = 1; k < length; k++) {
      int b = at(bytes, i + k);
      questions += b == '?' ? 1 : 0;
      lost += b == '?' || b == SingleByteEncoding.LOST ? 1 : 0;
      if (b != '?' && b != SingleByteEncoding.LOST && continuation(b) == 0) {
        return 0;
      }
    }
    return lost > 0 && questions <= 1 ? length : 0;
  }

  /** CESU-8 of which the last byte of the first or of the second surrogate was lost. */
  private static boolean isLossySurrogatePair(byte[] bytes, int i) {
    int second = at(bytes, i + 1);
    int fifth = at(bytes, i + 4);
    boolean frame =
        second >= 0xA0
            && second <= 0xAF
            && at(bytes, i + 3) == 0xED
            && fifth >= 0xB0
            && fifth <= 0xBF;
    boolean lostThird = isLost(at(bytes, i + 2));
    boolean lostSixth = isLost(at(bytes, i + 5));
    return frame
        && (lostThird || lostSixth)
        && (lostThird || continuation(at(bytes, i + 2)) == 1)
        && (lostSixth || continuation(at(bytes, i + 5)) == 1);
  }

  private static boolean isLost(int b) {
    return b == SingleByteEncoding.LOST || b == '?';
  }

  private static int continuation(int b) {
    return (b & 0xC0) == 0x80 && b >= 0 ? 1 : 0;
  }

  private static int count(int wanted, int... bytes) {
    int count = 0;
    for (int b : bytes) {
      count += b == wanted ? 1 : 0;
    }
    return count;
  }

  /** Returns a byte as 0 to 255, or -1 behind the end. */
  private static int at(byte[] bytes, int i) {
    return i < bytes.length ? bytes[i] & 0xFF : -1;
  }
}
