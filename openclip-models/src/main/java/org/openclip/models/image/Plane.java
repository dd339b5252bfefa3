package org.openclip.models.image;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Pixels of one byte a channel while they are resized.
 *
 * <p>Between the two passes of a resize, levels are lines of ints: loops over whole arrays of one
 * type are what Java's compilers turn into vectors.
 *
 * @param width columns
 * @param height rows
 * @param channels bytes of a pixel
 * @param bytes {@code uint8[height, width, channels]}
 */
@SuppressWarnings("ArrayRecordComponent")
record Plane(int width, int height, int channels, byte[] bytes) {
  /** Rows whose sums are computed side by side. */
  private static final int ROWS = 64;

  private static final int HALF = 1 << (Resampling.BITS - 1);

  /** Reads four bytes at once, the first one lowest. */
  private static final VarHandle FOUR =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /**
   * Returns some rows with their columns resampled, as levels {@code int[to - from][outputs *
   * channels]}.
   *
   * <p>Blocks of rows are turned on their side as far as the windows move on: then the sum for one
   * output column is one of whole lines, of {@code ROWS * channels} levels.
   */
  int[][] resampleColumns(Resampling resampling, int from, int to) {
    int columns = resampling.starts().length;
    int[][] weights = resampling.rounded();
    int[][] result = new int[to - from][columns * channels];
    // A ring of input columns, wide enough for every window and what is turned ahead.
    int[][] ring = new int[Integer.highestOneBit(2 * resampling.longest() + 5)][ROWS * channels];
    int[] sums = new int[ROWS * channels];
    for (int row = from; row < to; row += ROWS) {
      int rows = Math.min(ROWS, to - row);
      int next = resampling.firstInput();
      for (int column = 0; column < columns; column++) {
        int start = resampling.starts()[column];
        for (int end = start + weights[column].length; next < end; ) {
          next += turn(row, rows, next, ring);
        }
        weigh(ring, start, ring.length - 1, weights[column], sums);
        for (int r = 0; r < rows; r++) {
          int[] line = result[row - from + r];
          for (int c = 0; c < channels; c++) {
            line[column * channels + c] = sums[r * channels + c];
          }
        }
      }
    }
    return result;
  }

  /**
   * Writes one column of some rows as a line of levels, or four of them.
   *
   * @return how many
   */
  private int turn(int row, int rows, int column, int[][] ring) {
    int mask = ring.length - 1;
    int stride = width * channels;
    int in = row * stride + column * channels;
    if (channels == 3 && column + 4 <= width) {
      turnFour(
          in,
          3 * rows,
          ring[column & mask],
          ring[(column + 1) & mask],
          ring[(column + 2) & mask],
          ring[(column + 3) & mask]);
      return 4;
    }
    int[] line = ring[column & mask];
    for (int to = 0; to < channels * rows; to += channels) {
      for (int c = 0; c < channels; c++) {
        line[to + c] = bytes[in + c] & 0xff;
      }
      in += stride;
    }
    return 1;
  }

  /** Turns four pixels of three channels at once, which are three ints. */
  private void turnFour(int from, int levels, int[] a, int[] b, int[] c, int[] d) {
    int in = from;
    for (int to = 0; to < levels; to += 3) {
      int first = (int) FOUR.get(bytes, in);
      int second = (int) FOUR.get(bytes, in + 4);
      int third = (int) FOUR.get(bytes, in + 8);
      a[to] = first & 0xff;
      a[to + 1] = first >> 8 & 0xff;
      a[to + 2] = first >> 16 & 0xff;
      b[to] = first >>> 24;
      b[to + 1] = second & 0xff;
      b[to + 2] = second >> 8 & 0xff;
      c[to] = second >> 16 & 0xff;
      c[to + 1] = second >>> 24;
      c[to + 2] = third & 0xff;
      d[to] = third >> 8 & 0xff;
      d[to + 1] = third >> 16 & 0xff;
      d[to + 2] = third >>> 24;
      in += width * 3;
    }
  }

  /**
   * Writes the weighted sum of some lines, rounded to levels.
   *
   * @param first the first line; the others follow it
   * @param mask what is kept of the number of a line
   */
  private static void weigh(int[][] lines, int first, int mask, int[] weights, int[] sums) {
    Arrays.fill(sums, HALF);
    int tap = 0;
    for (; tap + 4 <= weights.length; tap += 4) {
      int at = first + tap;
      add(
          lines[at & mask],
          lines[(at + 1) & mask],
          lines[(at + 2) & mask],
          lines[(at + 3) & mask],
          weights,
          tap,
          sums);
    }
    for (; tap < weights.length; tap++) {
      int[] line = lines[(first + tap) & mask];
      int weight = weights[tap];
      for (int i = 0; i < sums.length; i++) {
        sums[i] += line[i] * weight;
      }
    }
    for (int i = 0; i < sums.length; i++) {
      sums[i] = Math.max(0, Math.min(255, sums[i] >> Resampling.BITS));
    }
  }

  /** Adds four weighted lines at once, so that the sums are loaded and stored but once. */
  private static void add(int[] a, int[] b, int[] c, int[] d, int[] weights, int tap, int[] sums) {
    int first = weights[tap];
    int second = weights[tap + 1];
    int third = weights[tap + 2];
    int fourth = weights[tap + 3];
    for (int i = 0; i < sums.length; i++) {
      sums[i] += a[i] * first + b[i] * second + c[i] * third + d[i] * fourth;
    }
  }

  /**
   * Returns levels with their rows resampled.
   *
   * @param levels {@code int[rows][width * channels]}; row 0 is row {@code from} of the picture
   */
  static Plane resampleRows(int[][] levels, int channels, Resampling rows, int from) {
    int stride = levels[0].length;
    int height = rows.starts().length;
    int[][] weights = rows.rounded();
    byte[] result = new byte[height * stride];
    int[] sums = new int[stride];
    for (int row = 0; row < height; row++) {
      weigh(levels, rows.starts()[row] - from, -1, weights[row], sums);
      for (int i = 0; i < stride; i++) {
        result[row * stride + i] = (byte) sums[i];
      }
    }
    return new Plane(stride / channels, height, channels, result);
  }

  /** Returns a plane of levels {@code int[rows][width * channels]}. */
  static Plane of(int[][] levels, int channels) {
    int stride = levels[0].length;
    byte[] bytes = new byte[levels.length * stride];
    int at = 0;
    for (int[] line : levels) {
      for (int level : line) {
        bytes[at++] = (byte) level;
      }
    }
    return new Plane(stride / channels, levels.length, channels, bytes);
  }

  /** Returns the levels {@code int[height][width * channels]}. */
  int[][] levels() {
    int[][] levels = new int[height][width * channels];
    int at = 0;
    for (int[] line : levels) {
      for (int i = 0; i < line.length; i++) {
        line[i] = bytes[at++] & 0xff;
      }
    }
    return levels;
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
