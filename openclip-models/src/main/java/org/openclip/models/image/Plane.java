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
  /** Rows whose sums are computed side by side, so that the inner loop is one of vectors. */
  private static final int ROWS = 16;

  /** Rounds a sum of rounded weights times bytes to a byte. */
  private static byte round(int sum) {
    int value = sum >> Resampling.BITS;
    return (byte) (value < 0 ? 0 : Math.min(value, 255));
  }

  /**
   * Returns some rows with their columns resampled; row 0 of the result is row {@code from} here.
   *
   * <p>Blocks of rows are turned on their side first: then the sum for one output column is one of
   * whole vectors, of {@code ROWS * channels} lanes.
   */
  Plane resampleColumns(Resampling resampling, int from, int to) {
    int columns = resampling.starts().length;
    int[][] weights = resampling.rounded();
    byte[] result = new byte[(to - from) * columns * channels];
    int left = resampling.firstInput();
    int right = resampling.lastInput();
    int lanes = ROWS * channels;
    int[] block = new int[(right - left) * lanes];
    int[] sums = new int[lanes];
    for (int row = from; row < to; row += ROWS) {
      int rows = Math.min(ROWS, to - row);
      turn(row, rows, left, right, block, lanes);
      for (int column = 0; column < columns; column++) {
        java.util.Arrays.fill(sums, 1 << (Resampling.BITS - 1));
        int[] window = weights[column];
        int at = (resampling.starts()[column] - left) * lanes;
        int tap = 0;
        for (; tap + 4 <= window.length; tap += 4) {
          add(block, at, lanes, window, tap, sums);
          at += 4 * lanes;
        }
        for (; tap < window.length; tap++) {
          int weight = window[tap];
          for (int lane = 0; lane < lanes; lane++) {
            sums[lane] += block[at + lane] * weight;
          }
          at += lanes;
        }
        for (int r = 0; r < rows; r++) {
          int out = ((row - from + r) * columns + column) * channels;
          for (int c = 0; c < channels; c++) {
            result[out + c] = round(sums[r * channels + c]);
          }
        }
      }
    }
    return new Plane(columns, to - from, channels, result);
  }

  /** Adds four weighted inputs at once, so that the sums are loaded and stored but once. */
  private static void add(int[] block, int at, int lanes, int[] weights, int tap, int[] sums) {
    int first = weights[tap];
    int second = weights[tap + 1];
    int third = weights[tap + 2];
    int fourth = weights[tap + 3];
    for (int lane = 0; lane < lanes; lane++) {
      sums[lane] +=
          block[at + lane] * first
              + block[at + lanes + lane] * second
              + block[at + 2 * lanes + lane] * third
              + block[at + 3 * lanes + lane] * fourth;
    }
  }

  private void turn(int row, int rows, int left, int right, int[] block, int lanes) {
    int stride = width * channels;
    int out = 0;
    for (int column = left; column < right; column++) {
      int in = row * stride + column * channels;
      for (int lane = out; lane < out + rows * channels; lane += channels) {
        for (int c = 0; c < channels; c++) {
          block[lane + c] = bytes[in + c] & 0xff;
        }
        in += stride;
      }
      out += lanes;
    }
  }

  /** Returns this with its rows resampled; row 0 here is row {@code from} of the whole picture. */
  Plane resampleRows(Resampling resampling, int from) {
    int stride = width * channels;
    int rows = resampling.starts().length;
    int[][] weights = resampling.rounded();
    byte[] result = new byte[rows * stride];
    int[] sums = new int[stride];
    for (int row = 0; row < rows; row++) {
      java.util.Arrays.fill(sums, 1 << (Resampling.BITS - 1));
      int at = (resampling.starts()[row] - from) * stride;
      for (int weight : weights[row]) {
        for (int i = 0; i < stride; i++) {
          sums[i] += (bytes[at + i] & 0xff) * weight;
        }
        at += stride;
      }
      int out = row * stride;
      for (int i = 0; i < stride; i++) {
        result[out + i] = round(sums[i]);
      }
    }
    return new Plane(width, rows, channels, result);
  }

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
