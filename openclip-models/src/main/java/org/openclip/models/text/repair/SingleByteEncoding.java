package org.openclip.models.text.repair;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An encoding of 256 characters as which UTF-8 may have been misread. In the tolerant form, bytes
 * without a character stand for the control character of the same number, as in browsers, and
 * U+FFFD (what a lost byte became) is written as byte 0x1A.
 */
final class SingleByteEncoding {
  /** The byte that stands for a character that was lost. */
  static final byte LOST = 0x1A;

  /** The upper half of MacRoman, which not every Java runtime has. */
  private static final String MAC_ROMAN =
      "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü"
          + "†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø"
          + "¿¡¬√ƒ≈∆«»…\u00A0ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ"
          + "‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\uF8FFÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ";

  private final String name;
  private final boolean tolerant;

  /** The characters of the bytes 0x80 to 0xFF. */
  private final String upperHalf;

  private final Map<Character, Byte> bytes = new HashMap<>();

  private SingleByteEncoding(String name, boolean tolerant, String upperHalf) {
    this.name = name;
    this.tolerant = tolerant;
    this.upperHalf = upperHalf;
    for (int i = 0; i < upperHalf.length(); i++) {
      bytes.put(upperHalf.charAt(i), (byte) (0x80 + i));
    }
    if (tolerant) {
      bytes.put('\uFFFD', LOST);
    }
  }

  /** The encodings, made on first use. */
  private static final class Known {
    static final List<SingleByteEncoding> ALL =
        List.of(
            exact(StandardCharsets.ISO_8859_1),
            tolerant("windows-1252"),
            tolerant("windows-1251"),
            tolerant("windows-1250"),
            tolerant("windows-1253"),
            tolerant("windows-1254"),
            tolerant("windows-1257"),
            exact(Charset.forName("ISO-8859-2")),
            new SingleByteEncoding("macroman", false, MAC_ROMAN),
            exact(Charset.forName("IBM437")));
  }

  /** Returns all encodings, the likeliest first. */
  static List<SingleByteEncoding> all() {
    return Known.ALL;
  }

  /** Returns ISO-8859-1. */
  static SingleByteEncoding latin1() {
    return Known.ALL.get(0);
  }

  /** Returns the tolerant Windows-1252. */
  static SingleByteEncoding windows1252() {
    return Known.ALL.get(1);
  }

  private static SingleByteEncoding exact(Charset charset) {
    return new SingleByteEncoding(charset.name(), false, upperHalf(charset));
  }

  private static SingleByteEncoding tolerant(String charset) {
    StringBuilder characters = new StringBuilder(upperHalf(Charset.forName(charset)));
    for (int i = 0; i < characters.length(); i++) {
      if (characters.charAt(i) == '\uFFFD') {
        characters.setCharAt(i, (char) (0x80 + i));
      }
    }
    return new SingleByteEncoding(charset, true, characters.toString());
  }

  private static String upperHalf(Charset charset) {
    byte[] half = new byte[128];
    for (int i = 0; i < half.length; i++) {
      half[i] = (byte) (0x80 + i);
    }
    return new String(half, charset);
  }

  /** Returns whether holes are filled and lost characters have a byte. */
  boolean isTolerant() {
    return tolerant;
  }

  /** Returns whether a space in this encoding can have been a no-break space (byte 0xA0). */
  boolean confusesSpaces() {
    // In MacRoman an en dash before a space would look like it.
    return !name.equals("macroman");
  }

  /** Returns the characters of the bytes from one (at least 0x80) to another, both included. */
  String characters(int first, int last) {
    return upperHalf.substring(first - 0x80, last - 0x80 + 1);
  }

  /** Returns the character of a byte of at least 0x80. */
  char character(int b) {
    return upperHalf.charAt(b - 0x80);
  }

  /** Returns the bytes of the text, or null when a character has none. */
  byte @Nullable [] encode(String text) {
    byte[] out = new byte[text.length()];
    for (int i = 0; i < out.length; i++) {
      char c = text.charAt(i);
      if (c < 0x80 && !(tolerant && c == LOST)) {
        out[i] = (byte) c;
      } else {
        Byte b = bytes.get(c);
        if (b == null) {
          return null;
        }
        out[i] = b;
      }
    }
    return out;
  }
}
