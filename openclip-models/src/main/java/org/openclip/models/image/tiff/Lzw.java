package org.openclip.models.image.tiff;

/**
 * LZW as TIFF has it: codes of 9 to 12 bits, the high bit first, each width left one code early. A
 * code stands for a part of the output that is there already, so that no strings are kept.
 */
final class Lzw {
  private static final int CLEAR = 256;
  private static final int END = 257;

  private Lzw() {}

  /**
   * Decodes a block.
   *
   * @param to takes the bytes
   * @return how many there were
   */
  static int decode(byte[] in, byte[] to) {
    // Files of before TIFF 6.0 have the low bit first, and leave a width when its codes are used.
    boolean old = in.length >= 2 && in[0] == 0 && (in[1] & 1) != 0;
    int[] starts = new int[4097];
    int[] lengths = new int[4097];
    int next = END + 1;
    int width = 9;
    int written = 0;
    int previous = -1;
    int previousStart = 0;
    int previousLength = 0;
    long bits = 0;
    int count = 0;
    int at = 0;
    while (written < to.length) {
      while (count < width) {
        if (at >= in.length) {
          return written;
        }
        int fresh = in[at++] & 0xff;
        bits = old ? bits | (long) fresh << count : bits << 8 | fresh;
        count += 8;
      }
      int mask = (1 << width) - 1;
      int code = (int) (old ? bits : bits >>> (count - width)) & mask;
      bits = old ? bits >>> width : bits & ((1L << (count - width)) - 1);
      count -= width;
      if (code == CLEAR) {
        next = END + 1;
        width = 9;
        previous = -1;
        continue;
      }
      if (code == END) {
        return written;
      }
      int start = written;
      int length;
      if (code < CLEAR) {
        to[written++] = (byte) code;
        length = 1;
      } else {
        if (previous < 0 || code > next || (code == next && next > 4095)) {
          return written;
        }
        boolean fresh = code == next;
        int from = fresh ? previousStart : starts[code];
        length = fresh ? previousLength + 1 : lengths[code];
        int room = Math.min(length, to.length - written);
        // Byte by byte: the part may reach into what is being written.
        for (int i = 0; i < room; i++) {
          to[written + i] = to[from + i];
        }
        written += room;
      }
      if (previous >= 0 && next <= 4095) {
        starts[next] = previousStart;
        lengths[next] = previousLength + 1;
        next++;
      }
      if (next + (old ? 0 : 1) > mask && width < 12) {
        width++;
      }
      previous = code;
      previousStart = start;
      previousLength = length;
    }
    return written;
  }
}
