package org.openclip.models.audio.mp3;

import java.util.Optional;

/**
 * The header of a frame of MPEG audio, layers 1 to 3.
 *
 * @param start the index of its first byte
 * @param mpeg1 whether it is MPEG-1, and not one of the lower sample rates
 * @param layer 1 to 3
 * @param mono whether there is one channel
 */
record Mp3Header(int start, boolean mpeg1, int layer, boolean mono) {
  private static final int ID3_HEAD = 10;
  private static final int BYTES = 4;

  /** Returns the header at the beginning of a file, behind ID3 tags; empty when there is none. */
  static Optional<Mp3Header> first(byte[] file) {
    int start = behindTags(file);
    if (start + BYTES > file.length) {
      return Optional.empty();
    }
    int bits = 0;
    for (int i = 0; i < BYTES; i++) {
      bits = bits << 8 | (file[start + i] & 0xff);
    }
    int version = bits >> 19 & 3;
    int layer = 4 - (bits >> 17 & 3);
    boolean sound =
        bits >>> 21 == 0x7ff
            && version != 1
            && layer != 4
            && (bits >> 12 & 15) != 15
            && (bits >> 10 & 3) != 3;
    return sound
        ? Optional.of(new Mp3Header(start, version == 3, layer, (bits >> 6 & 3) == 3))
        : Optional.empty();
  }

  /** Returns the index of the first byte behind ID3v2 tags. */
  static int behindTags(byte[] file) {
    int start = 0;
    while (start + ID3_HEAD <= file.length
        && file[start] == 'I'
        && file[start + 1] == 'D'
        && file[start + 2] == '3') {
      long size = 0;
      for (int i = 6; i < ID3_HEAD; i++) {
        size = size << 7 | (file[start + i] & 0x7f);
      }
      boolean footer = (file[start + 5] & 0x10) != 0;
      start = (int) Math.min(file.length, start + size + (footer ? 2L : 1L) * ID3_HEAD);
    }
    return start;
  }

  /** Returns the number of samples of a frame. */
  int samples() {
    return layer == 1 ? 384 : layer == 3 && !mpeg1 ? 576 : 1152;
  }

  /** Returns the index of what encoders write into the first frame of layer 3. */
  int tag() {
    return start + BYTES + (mpeg1 ? (mono ? 17 : 32) : mono ? 9 : 17);
  }
}
