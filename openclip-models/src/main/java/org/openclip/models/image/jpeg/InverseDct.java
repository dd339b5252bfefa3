package org.openclip.models.image.jpeg;

import java.util.Arrays;

/**
 * The inverse cosine transform of many blocks at once, to the bit as libjpeg's accurate integer
 * version computes it (Loeffler, Ligtenberg and Moschytz 1989): its sums of products are written
 * out, which changes no bit, and each loop is short enough for the compiler to make vectors of it.
 */
final class InverseDct {
  /** Blocks of a group. */
  static final int BLOCKS = 32;

  private static final int LANES = 8 * BLOCKS;

  private final int[][] columns = new int[8][LANES];
  private final int[][] turned = new int[8][LANES];
  private final int[][] samples = new int[8][LANES];
  private final int[] even = new int[LANES];
  private final int[] odd = new int[LANES];

  /**
   * Transforms a group.
   *
   * @param rows the coefficient of row r, column c and block b at {@code [r][c * BLOCKS + b]}; zero
   *     afterwards
   * @return the sample of column x, row y and block b at {@code [x][y * BLOCKS + b]}, 0 to 255;
   *     valid until the next call
   */
  int[][] transform(int[][] rows) {
    pass(rows, columns, 1 << 10, 11);
    for (int y = 0; y < 8; y++) {
      for (int x = 0; x < 8; x++) {
        System.arraycopy(columns[y], x * BLOCKS, turned[x], y * BLOCKS, BLOCKS);
      }
    }
    pass(turned, samples, 1 << 17, 18);
    for (int x = 0; x < 8; x++) {
      limit(samples[x]);
      Arrays.fill(rows[x], 0);
    }
    return samples;
  }

  /** Returns what all samples of a block are that has only a first coefficient, multiplied. */
  static int flat(int coefficient) {
    return Math.max(0, Math.min(255, ((coefficient + 4) >> 3 << 22 >> 22) + 128));
  }

  private void pass(int[][] in, int[][] out, int round, int shift) {
    sum(in[0], 8192, in[2], 10703, in[4], 8192, in[6], 4433, round, even);
    sum(in[1], 11363, in[3], 9633, in[5], 6437, in[7], 2260, 0, odd);
    butterfly(out[0], out[7], shift);
    sum(in[0], 8192, in[2], 4433, in[4], -8192, in[6], -10704, round, even);
    sum(in[1], 9633, in[3], -2259, in[5], -11362, in[7], -6436, 0, odd);
    butterfly(out[1], out[6], shift);
    sum(in[0], 8192, in[2], -4433, in[4], -8192, in[6], 10704, round, even);
    sum(in[1], 6437, in[3], -11362, in[5], 2261, in[7], 9633, 0, odd);
    butterfly(out[2], out[5], shift);
    sum(in[0], 8192, in[2], -10703, in[4], 8192, in[6], -4433, round, even);
    sum(in[1], 2260, in[3], -6436, in[5], 9633, in[7], -11363, 0, odd);
    butterfly(out[3], out[4], shift);
  }

  private static void sum(
      int[] a, int fa, int[] b, int fb, int[] c, int fc, int[] d, int fd, int start, int[] out) {
    for (int i = 0; i < LANES; i++) {
      out[i] = start + a[i] * fa + b[i] * fb + c[i] * fc + d[i] * fd;
    }
  }

  private void butterfly(int[] first, int[] last, int shift) {
    for (int i = 0; i < LANES; i++) {
      first[i] = (even[i] + odd[i]) >> shift;
    }
    for (int i = 0; i < LANES; i++) {
      last[i] = (even[i] - odd[i]) >> shift;
    }
  }

  /** Centres samples, after a wrap to ten bits as the table of libjpeg has it. */
  private static void limit(int[] samples) {
    for (int i = 0; i < LANES; i++) {
      samples[i] = Math.max(0, Math.min(255, (samples[i] << 22 >> 22) + 128));
    }
  }
}
