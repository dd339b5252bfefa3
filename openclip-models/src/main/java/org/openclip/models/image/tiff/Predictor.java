package org.openclip.models.image.tiff;

/** Undoes the differences that samples of a row were stored as (TIFF 6.0, section 14; TN3). */
final class Predictor {
  private Predictor() {}

  /**
   * Turns differences to the left neighbour into samples.
   *
   * @param samples values of a pixel
   * @param bits 8, 16 or 32
   */
  static void horizontal(byte[] row, int at, int length, int samples, int bits, boolean big) {
    if (bits == 8) {
      for (int i = samples; i < length; i++) {
        row[at + i] += row[at + i - samples];
      }
      return;
    }
    int size = bits / 8;
    int step = samples * size;
    for (int i = step; i + size <= length; i += size) {
      int carry = 0;
      for (int k = 0; k < size; k++) {
        int place = at + i + (big ? size - 1 - k : k);
        int sum = (row[place] & 0xff) + (row[place - step] & 0xff) + carry;
        row[place] = (byte) sum;
        carry = sum >> 8;
      }
    }
  }

  /** Turns differences of bytes, whose highest ones stand first in the row, into floats. */
  static void floating(byte[] row, int at, int length, int samples, int bits, boolean big) {
    horizontal(row, at, length, samples, 8, big);
    int size = bits / 8;
    int count = length / size;
    byte[] planes = new byte[length];
    System.arraycopy(row, at, planes, 0, length);
    for (int i = 0; i < count; i++) {
      for (int k = 0; k < size; k++) {
        row[at + i * size + (big ? k : size - 1 - k)] = planes[k * count + i];
      }
    }
  }
}
