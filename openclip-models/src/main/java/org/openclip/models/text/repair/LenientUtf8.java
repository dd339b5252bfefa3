package org.openclip.models.text.repair;

import org.jspecify.annotations.Nullable;

/**
 * The decoding of well-formed UTF-8 and of its two common variants: CESU-8, which writes each
 * surrogate in three bytes, and Java's two bytes for U+0000.
 */
final class LenientUtf8 {
  private LenientUtf8() {}

  /** Returns the text of the bytes, or null when they are not UTF-8. */
  static @Nullable String decode(byte[] bytes) {
    StringBuilder out = new StringBuilder(bytes.length);
    int i = 0;
    while (i < bytes.length) {
      int lead = bytes[i] & 0xFF;
      if (lead < 0x80) {
        out.append((char) lead);
        i++;
        continue;
      }
      int length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
      if (lead < 0xC0 || lead > 0xF4 || i + length > bytes.length) {
        return null;
      }
      int c = lead & (0xFF >> (length + 1));
      for (int k = 1; k < length; k++) {
        if (!isContinuation(bytes[i + k])) {
          return null;
        }
        c = c << 6 | (bytes[i + k] & 0x3F);
      }
      i += length;
      if (c >= 0xD800 && c <= 0xDFFF) {
        int low = c < 0xDC00 ? lowSurrogate(bytes, i) : -1;
        if (low < 0) {
          return null;
        }
        out.append((char) c).append((char) low);
        i += 3;
      } else if (isShortest(c, length) || (lead == 0xC0 && c == 0)) {
        out.appendCodePoint(c);
      } else {
        return null;
      }
    }
    return out.toString();
  }

  private static boolean isContinuation(byte b) {
    return (b & 0xC0) == 0x80;
  }

  private static boolean isShortest(int c, int length) {
    return c <= Character.MAX_CODE_POINT
        && c >= (length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000);
  }

  private static int lowSurrogate(byte[] bytes, int i) {
    boolean low =
        i + 3 <= bytes.length
            && bytes[i] == (byte) 0xED
            && (bytes[i + 1] & 0xF0) == 0xB0
            && isContinuation(bytes[i + 2]);
    return low ? 0xD000 | (bytes[i + 1] & 0x3F) << 6 | (bytes[i + 2] & 0x3F) : -1;
  }
}
