package org.openclip.models.text.repair;

import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * The repair of UTF-8 text that was decoded in another encoding: the text is encoded again in each
 * candidate, and kept when the bytes are UTF-8.
 */
final class Mojibake {
  private Mojibake() {}

  /** Sets of characters that bytes of UTF-8 are misread as, made on first use. */
  private static final class Misread {
    /** The encodings in which UTF-8 sequences inside of other text are looked for. */
    private static final int ENCODINGS = 7;

    static final BitSet FIRST_OF_TWO = characters(0xC2, 0xDF);
    static final BitSet FIRST_OF_THREE = characters(0xE0, 0xEF);

    /** 0xF0 leads emoji and most others, 0xF3 the tags of some flags. */
    static final BitSet FIRST_OF_FOUR = characters(0xF0, 0xF0);

    static final BitSet CONTINUATION = characters(0x80, 0xBF);

    /** Continuation bytes without those that also stand for themselves beside mojibake. */
    static final BitSet STRICT_CONTINUATION;

    static {
      FIRST_OF_FOUR.set('ó');
      FIRST_OF_FOUR.set('σ');
      FIRST_OF_FOUR.set('у');
      CONTINUATION.set(0x80, 0xC0);
      STRICT_CONTINUATION = (BitSet) CONTINUATION.clone();
      "–—―‘’‚“”„•…".chars().forEach(STRICT_CONTINUATION::clear);
      // A space may have been a no-break space.
      CONTINUATION.set(' ');
    }

    private static BitSet characters(int first, int last) {
      BitSet set = new BitSet();
      for (SingleByteEncoding encoding : SingleByteEncoding.all().subList(0, ENCODINGS)) {
        encoding.characters(first, last).chars().forEach(set::set);
      }
      return set;
    }
  }

  /** Repairs a text as often as something changes. */
  static String repair(String text) {
    String before;
    String after = text;
    do {
      before = after;
      after = repairOnce(before);
    } while (!after.equals(before));
    return after;
  }

  private static String repairOnce(String text) {
    if (isAscii(text) || !MojibakeSigns.in(text)) {
      return text;
    }
    for (SingleByteEncoding encoding : SingleByteEncoding.all()) {
      String decoded = asUtf8(text, encoding);
      if (decoded != null) {
        return decoded;
      }
    }
    String inside = repairInside(text);
    if (!inside.equals(text)) {
      return inside;
    }
    if (SingleByteEncoding.latin1().encode(text) != null) {
      String windows = latin1AsWindows1252(text);
      if (windows != null && !windows.equals(text)) {
        return windows;
      }
    }
    return replaceControls(text);
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  private static @Nullable String asUtf8(String text, SingleByteEncoding encoding) {
    byte[] bytes = encoding.encode(text);
    if (bytes == null) {
      return null;
    }
    if (encoding.confusesSpaces()) {
      bytes = ByteRepairs.restoreSpaces(bytes);
    }
    if (encoding.isTolerant()) {
      bytes = ByteRepairs.replaceLossySequences(bytes);
    }
    return LenientUtf8.decode(bytes);
  }

  /** Repairs the parts that look like UTF-8 sequences inside of text that is in order. */
  private static String repairInside(String text) {
    StringBuilder out = new StringBuilder(text.length());
    int i = 0;
    while (i < text.length()) {
      int end = i;
      if (i == 0 || !Misread.STRICT_CONTINUATION.get(text.charAt(i - 1))) {
        for (int next = sequenceEnd(text, end); next > end; next = sequenceEnd(text, end)) {
          end = next;
        }
      }
      if (end == i) {
        out.append(text.charAt(i));
        i++;
        continue;
      }
      String part = text.substring(i, end);
      boolean wrong = part.length() < text.length() && MojibakeSigns.in(part);
      out.append(wrong ? repair(part) : part);
      i = end;
    }
    return out.toString();
  }

  /** Returns the end of the sequence that begins at the index, or the index when there is none. */
  private static int sequenceEnd(String text, int i) {
    if (i >= text.length()) {
      return i;
    }
    char first = text.charAt(i);
    if (Misread.FIRST_OF_TWO.get(first) && continues(text, i + 1, 1)) {
      return i + 2;
    }
    if (Misread.FIRST_OF_THREE.get(first) && continues(text, i + 1, 2)) {
      return i + 3;
    }
    return Misread.FIRST_OF_FOUR.get(first) && continues(text, i + 1, 3) ? i + 4 : i;
  }

  private static boolean continues(String text, int start, int count) {
    if (start + count > text.length()) {
      return false;
    }
    for (int i = start; i < start + count; i++) {
      if (!Misread.CONTINUATION.get(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static @Nullable String latin1AsWindows1252(String text) {
    try {
      return Charset.forName("windows-1252")
          .newDecoder()
          .decode(java.nio.ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)))
          .toString();
    } catch (CharacterCodingException e) {
      // A byte without a meaning in Windows-1252; the other ones are replaced one by one.
      return null;
    }
  }

  /** Gives the control characters U+0080 to U+009F the meaning that they have in Windows-1252. */
  static String replaceControls(String text) {
    StringBuilder out = new StringBuilder(text);
    for (int i = 0; i < out.length(); i++) {
      char c = out.charAt(i);
      if (c >= 0x80 && c <= 0x9F) {
        out.setCharAt(i, SingleByteEncoding.windows1252().character(c));
      }
    }
    return out.toString();
  }
}
