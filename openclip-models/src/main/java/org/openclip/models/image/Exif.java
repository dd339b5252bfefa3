package org.openclip.models.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The one entry of a camera's EXIF data that matters to a picture's pixels. */
final class Exif {
  private static final int ORIENTATION = 0x0112;

  private Exif() {}

  /**
   * Returns the orientation, 1 to 8; 1 when there is none or the data are damaged.
   *
   * @param file holds a TIFF structure
   * @param at where it starts
   * @param length its bytes
   */
  static int orientation(byte[] file, int at, int length) {
    if (length < 8) {
      return 1;
    }
    ByteBuffer tiff = ByteBuffer.wrap(file, at, length).slice();
    tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    long directory = tiff.getInt(4) & 0xffffffffL;
    if (directory + 2 > length) {
      return 1;
    }
    int entries = tiff.getShort((int) directory) & 0xffff;
    for (int i = 0; i < entries; i++) {
      long entry = directory + 2 + 12L * i;
      if (entry + 12 > length) {
        return 1;
      }
      if ((tiff.getShort((int) entry) & 0xffff) == ORIENTATION) {
        int value = tiff.getShort((int) entry + 8);
        return value >= 1 && value <= 8 ? value : 1;
      }
    }
    return 1;
  }
}
