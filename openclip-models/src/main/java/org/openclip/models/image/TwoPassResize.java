package org.openclip.models.image;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A resize by Pillow's two passes, along the rows and then along the columns, with levels rounded
 * to bytes after each.
 *
 * <p>The first pass takes a block of rows at a time and turns it on its side as far as the windows
 * move on; the second follows as soon as it has the rows of a window. So both are sums of lines of
 * ints: loops over whole arrays of one type are what Java's compilers turn into vectors, and few
 * enough lines are alive to stay in the cache.
 */
final class TwoPassResize {
  /** Rows of a block. */
  private static final int ROWS = 32;

  private static final int HALF = 1 << (Resampling.BITS - 1);

  /** Reads four bytes at once, the first one lowest. */
  private static final VarHandle FOUR =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final Plane plane;
  private final int channels;
  private final Fit fit;

  /** The windows of the passes; null for a side that keeps its size. */
  private final @Nullable Resampling columns;

  private final @Nullable Resampling rows;

  /** Turned input columns: {@code [column][row of the block * channels]}. */
  private final int[][] ring;

  /** Rows after the first pass: {@code [row][column * channels]}. */
  private final int[][] narrow;

  private TwoPassResize(Plane plane, Fit fit) {
    this.plane = plane;
    this.fit = fit;
    channels = plane.channels();
    columns =
        plane.width() == fit.fullWidth()
            ? null
            : Resampling.of(
                plane.width(),
                fit.fullWidth(),
                fit.left(),
                fit.left() + fit.width(),
                fit.interpolation());
    rows =
        plane.height() == fit.fullHeight()
            ? null
            : Resampling.of(
                plane.height(),
                fit.fullHeight(),
                fit.top(),
                fit.top() + fit.height(),
                fit.interpolation());
    // Wide enough for every window and what is turned ahead.
    ring = new int[columns == null ? 0 : powerOfTwo(columns.longest() + 3)][ROWS * channels];
    narrow =
        new int[powerOfTwo((rows == null ? 0 : rows.longest()) + ROWS)][fit.width() * channels];
  }

  private static int powerOfTwo(int atLeast) {
    return Integer.highestOneBit(2 * atLeast - 1);
  }

  /** Returns the window of a resized plane. */
  static Plane resize(Plane plane, Fit fit) {
    return new TwoPassResize(plane, fit).run();
  }

  private Plane run() {
    int first = rows == null ? fit.top() : rows.firstInput();
    int last = rows == null ? fit.top() + fit.height() : rows.lastInput();
    int stride = fit.width() * channels;
    byte[] result = new byte[fit.height() * stride];
    int[][] columnWeights = columns == null ? new int[0][] : columns.rounded();
    int[][] rowWeights = rows == null ? new int[0][] : rows.rounded();
    int[] sums = new int[ROWS * channels];
    int[] line = new int[stride];
    int next = 0;
    for (int row = first; row < last; row += ROWS) {
      int count = Math.min(ROWS, last - row);
      if (columns == null) {
        copy(row, count);
      } else {
        narrow(columns, columnWeights, row, count, sums);
      }
      for (; next < fit.height() && end(next) <= row + count; next++) {
        int[] finished = narrow[(fit.top() + next) & (narrow.length - 1)];
        if (rows != null) {
          weigh(narrow, rows.starts()[next], rowWeights[next], line);
          finished = line;
        }
        for (int i = 0; i < stride; i++) {
          result[next * stride + i] = (byte) finished[i];
        }
      }
    }
    return new Plane(fit.width(), fit.height(), channels, result);
  }

  /** Returns the row after the last that an output row needs. */
  private int end(int output) {
    return rows == null
        ? fit.top() + output + 1
        : rows.starts()[output] + rows.weights()[output].length;
  }

  private void copy(int row, int count) {
    for (int r = row; r < row + count; r++) {
      int[] line = narrow[r & (narrow.length - 1)];
      int from = (r * plane.width() + fit.left()) * channels;
      for (int i = 0; i < line.length; i++) {
        line[i] = plane.bytes()[from + i] & 0xff;
      }
    }
  }

  private void narrow(Resampling windows, int[][] weights, int row, int count, int[] sums) {
    int next = windows.firstInput();
    for (int column = 0; column < weights.length; column++) {
      int start = windows.starts()[column];
      for (int end = start + weights[column].length; next < end; ) {
        next += turn(row, count, next);
      }
      weigh(ring, start, weights[column], sums);
      for (int r = 0; r < count; r++) {
        int[] line = narrow[(row + r) & (narrow.length - 1)];
        for (int c = 0; c < channels; c++) {
          line[column * channels + c] = sums[r * channels + c];
        }
      }
    }
  }

  /**
   * Writes one column of some rows as a line of levels, or four of them.
   *
   * @return how many
   */
  private int turn(int row, int count, int column) {
    int mask = ring.length - 1;
    int stride = plane.width() * channels;
    int in = row * stride + column * channels;
    if (channels == 3 && column + 4 <= plane.width()) {
      turnFour(
          plane.bytes(),
          in,
          stride,
          3 * count,
          ring[column & mask],
          ring[(column + 1) & mask],
          ring[(column + 2) & mask],
          ring[(column + 3) & mask]);
      return 4;
    }
    int[] line = ring[column & mask];
    for (int to = 0; to < channels * count; to += channels) {
      for (int c = 0; c < channels; c++) {
        line[to + c] = plane.bytes()[in + c] & 0xff;
      }
      in += stride;
    }
    return 1;
  }

  /** Turns four pixels of three channels at once, which are three ints. */
  private static void turnFour(
      byte[] bytes, int from, int stride, int levels, int[] a, int[] b, int[] c, int[] d) {
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
      in += stride;
    }
  }

  /**
   * Writes the weighted sum of some lines of a ring, rounded to levels.
   *
   * @param first the number of the first line; the others follow it
   */
  private static void weigh(int[][] lines, int first, int[] weights, int[] sums) {
    int mask = lines.length - 1;
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
}
