package org.openclip.models.image.jpeg;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What the segments before a scan define; later segments define anew. */
final class Tables {
  /** The factors of coefficients in the order of the file, by the table's number. */
  final int[] @Nullable [] quant = new int[4][];

  final @Nullable HuffmanTable[] dc = new @Nullable HuffmanTable[4];
  final @Nullable HuffmanTable[] ac = new @Nullable HuffmanTable[4];

  /** Units between two restart markers; 0 for none. */
  int restartInterval;

  /**
   * What arithmetic codes are told apart by (T.81, B.2.4.3), by the table's number.
   *
   * @param dcLow the size up to which a difference counts as none, as a power of two
   * @param dcHigh the size above which it is large
   * @param acLimit the last coefficient of the lower ones
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Conditioning(int[] dcLow, int[] dcHigh, int[] acLimit) {}

  final Conditioning conditioning = new Conditioning(new int[16], new int[16], new int[16]);

  Tables() {
    Arrays.fill(conditioning.dcHigh, 1);
    Arrays.fill(conditioning.acLimit, 5);
  }

  /** What the camera wrote. */
  private final ByteArrayOutputStream exif = new ByteArrayOutputStream();

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
      case 0xcc -> readConditioning(file, at, end);
      case 0xdd -> {
        if (end - at != 2) {
          yield false;
        }
        restartInterval = word(file, at);
        yield true;
      }
      case 0xe0 -> {
        jfif |= starts(file, at, end, "JFIF\0");
        yield true;
      }
      case 0xe1 -> {
        if (starts(file, at, end, "Exif\0\0")) {
          exif.write(file, at + 6, end - at - 6);
        }
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
      if (symbols > 256 || at + 16 + symbols > end) {
        return false;
      }
      // One that cannot be matters only to a scan that has it.
      (forAc ? ac : dc)[number] = HuffmanTable.read(file, at, symbols);
      at += 16 + symbols;
    }
    return true;
  }

  private boolean readConditioning(byte[] file, int from, int end) {
    for (int at = from; at + 1 < end; at += 2) {
      int number = file[at] & 15;
      int value = file[at + 1] & 0xff;
      if (file[at] >> 4 != 0) {
        conditioning.acLimit[number] = value;
      } else {
        conditioning.dcLow[number] = value & 15;
        conditioning.dcHigh[number] = value >> 4;
        if ((value & 15) > value >> 4) {
          return false;
        }
      }
    }
    return true;
  }

  /** Takes the tables of T.81, K.3, where the file has none, as Motion JPEG leaves them out. */
  void standard() {
    for (int i = 0; i < 2; i++) {
      dc[i] = dc[i] == null ? StandardTables.first(i) : dc[i];
      ac[i] = ac[i] == null ? StandardTables.others(i) : ac[i];
    }
  }

  /** Returns whether components are luminance, two colours, and perhaps ink, as libjpeg guesses. */
  boolean isLuminance(Component[] components) {
    if (components.length == 4) {
      return adobeTransform > 0;
    }
    if (components.length != 3) {
      return false;
    }
    if (jfif || adobeTransform >= 0) {
      return jfif || adobeTransform != 0;
    }
    return !(components[0].id == 'R' && components[1].id == 'G' && components[2].id == 'B');
  }

  /** Returns what the camera wrote; empty for nothing. */
  byte[] exif() {
    return exif.toByteArray();
  }

  static int word(byte[] file, int at) {
    return (file[at] & 0xff) << 8 | (file[at + 1] & 0xff);
  }

  private static boolean starts(byte[] file, int at, int end, String text) {
    return end - at >= text.length()
        && new String(file, at, text.length(), StandardCharsets.ISO_8859_1).equals(text);
  }
}
