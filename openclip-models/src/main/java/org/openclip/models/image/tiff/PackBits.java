package org.openclip.models.image.tiff;

import java.util.Arrays;

/** Runs of bytes as the Macintosh packed them (TIFF 6.0, section 9). */
final class PackBits {
  private PackBits() {}

  /**
   * Decodes a block.
   *
   * @param to takes the bytes
   * @return how many there were
   */
  static int decode(byte[] in, byte[] to) {
    int written = 0;
    int at = 0;
    while (at < in.length && written < to.length) {
      int head = in[at++];
      if (head == -128) {
        continue;
      }
      int length = Math.min(head >= 0 ? head + 1 : 1 - head, to.length - written);
      if (head >= 0) {
        length = Math.min(length, in.length - at);
        System.arraycopy(in, at, to, written, length);
        at += length;
      } else {
        if (at >= in.length) {
          break;
        }
        Arrays.fill(to, written, written + length, in[at++]);
      }
      written += length;
    }
    return written;
  }
}
