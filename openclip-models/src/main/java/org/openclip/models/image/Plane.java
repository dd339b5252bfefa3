package org.openclip.models.image;

/**
 * Pixels of one byte a channel while they are resized.
 *
 * @param width columns
 * @param height rows
 * @param channels bytes of a pixel
 * @param bytes {@code uint8[height, width, channels]}
 */
@SuppressWarnings("ArrayRecordComponent")
record Plane(int width, int height, int channels, byte[] bytes) {
  /** Returns a part of this. */
  Plane crop(int left, int top, int columns, int rows) {
    if (left == 0 && top == 0 && columns == width && rows == height) {
      return this;
    }
    byte[] part = new byte[columns * rows * channels];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(
          bytes,
          ((top + row) * width + left) * channels,
          part,
          row * columns * channels,
          columns * channels);
    }
    return new Plane(columns, rows, channels, part);
  }
}
