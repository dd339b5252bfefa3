package org.openclip.models.image.jpeg;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What the segments before a scan define; later segments define anew. */
final class Tables {
  /** The factors of coefficients in the order of the file, by the table's number. */
  final int[] @Nullable [] quant = new int[4][];

  final @Nullable HuffmanTable[] dc = new @Nullable HuffmanTable[4];
  final @Nullable HuffmanTable[] ac = new @Nullable HuffmanTable[4];

  /** Units between two restart markers; 0 for none. */
  int restartInterval;

  private boolean jfif;
  private int adobeTransform = -1;

  /**
   * Reads a segment.
   *
   * @param at where its content starts
   * @param end where it ends
   * @return whether it is in order
   */
  boolean read(int marker, byte[] file, int at, int end) {
    return switch (marker) {
      case 0xdb -> readQuant(file, at, end);
      case 0xc4 -> readHuffman(file, at, end);
      case 0xdd -> {
        restartInterval = word(file, at);
        yield end - at == 2;
      }
      case 0xe0 -> {
        jfif |= starts(file, at, end, "JFIF\0");
        yield true;
      }
      case 0xee -> {
        if (end - at >= 12 && starts(file, at, end, "Adobe")) {
          adobeTransform = file[at + 11] & 0xff;
        }
        yield true;
      }
      default -> true;
    };
  }

  private boolean readQuant(byte[] file, int from, int end) {
    int at = from;
    while (at < end) {
      int number = file[at] & 15;
      boolean wide = (file[at] & 0xf0) != 0;
      at++;
      if (number > 3 || at + (wide ? 128 : 64) > end) {
        return false;
      }
      int[] factors = new int[64];
      for (int k = 0; k < 64; k++) {
        factors[k] = wide ? word(file, at) : file[at] & 0xff;
        at += wide ? 2 : 1;
      }
      quant[number] = factors;
    }
    return true;
  }

  private boolean readHuffman(byte[] file, int from, int end) {
    int at = from;
    while (at < end) {
      int number = file[at] & 15;
      boolean forAc = (file[at] & 0xf0) != 0;
      at++;
      if (number > 3 || at + 16 > end) {
        return false;
      }
      int symbols = 0;
      for (int i = 0; i < 16; i++) {
        symbols += file[at + i] & 0xff;
      }
      HuffmanTable table =
          symbols <= 256 && at + 16 + symbols <= end ? HuffmanTable.read(file, at, symbols) : null;
      if (table == null) {
        return false;
      }
      (forAc ? ac : dc)[number] = table;
      at += 16 + symbols;
    }
    return true;
  }

  /** Returns whether three components are luminance and two colours, as libjpeg guesses it. */
  boolean isLuminance(Component[] components) {
    if (jfif || adobeTransform >= 0) {
      return jfif || adobeTransform != 0;
    }
    return !(components[0].id == 'R' && components[1].id == 'G' && components[2].id == 'B');
  }

  static int word(byte[] file, int at) {
    return (file[at] & 0xff) << 8 | (file[at + 1] & 0xff);
  }

  private static boolean starts(byte[] file, int at, int end, String text) {
    return end - at >= text.length()
        && new String(file, at, text.length(), StandardCharsets.ISO_8859_1).equals(text);
  }
}
