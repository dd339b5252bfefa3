package org.openclip.models.image.jpeg;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One of the planes of a picture, luminance or a colour, perhaps of fewer samples. */
final class Component {
  final int id;

  /** Samples across and down in a unit that all components have one of. */
  final int across;

  final int down;

  final int quantTable;

  /** Real samples; blocks may hold more. */
  int width;

  int height;

  /** Blocks of a row of units. */
  int blocksAcross;

  /** The factors of the coefficients in the order of the file. */
  int[] quant = new int[64];

  /** The prediction of the next first coefficient. */
  int prediction;

  /** The coefficients of a progressive picture, block by block, in the order of the file. */
  short @Nullable [] coefficients;

  /** For each coefficient of a progressive picture, the bits yet to come; 16 before any came. */
  final int[] missingBits = new int[64];

  /** For each row of blocks of a unit and each group in it, coefficients for the transform. */
  int[][][][] groups = new int[0][][][];

  /** The last samples by row and phase: with two phases, even and odd columns stand apart. */
  private int[][][] ring = new int[0][][];

  Component(int id, int across, int down, int quantTable) {
    this.id = id;
    this.across = across;
    this.down = down;
    this.quantTable = quantTable;
    Arrays.fill(missingBits, 16);
  }

  /**
   * Allocates what a picture needs.
   *
   * @param units units of a row
   * @param phases 2 when this has all columns of a picture in which another has half of them
   */
  void allocate(int units, int phases) {
    blocksAcross = units * across;
    int count = (blocksAcross + InverseDct.BLOCKS - 1) / InverseDct.BLOCKS;
    groups = new int[down][count][8][8 * InverseDct.BLOCKS];
    // Two rows of units, so that the upsampling finds its neighbours.
    ring = new int[16 * down][phases][count * InverseDct.BLOCKS * 8 / phases];
  }

  /** Returns a row of samples by phase; rows beyond the picture's edges repeat those there. */
  int[][] row(int y) {
    return ring[Math.clamp(y, 0, height - 1) % ring.length];
  }

  /** Transforms a row of units, and writes its samples into the ring. */
  void transform(InverseDct dct, int unitRow) {
    for (int by = 0; by < down; by++) {
      int top = (unitRow * down + by) * 8;
      for (int g = 0; g < groups[by].length; g++) {
        int[][] samples = dct.transform(groups[by][g]);
        for (int y = 0; y < 8; y++) {
          write(samples, y, g, ring[(top + y) % ring.length]);
        }
      }
    }
  }

  private static void write(int[][] samples, int y, int group, int[][] row) {
    int from = y * InverseDct.BLOCKS;
    int at = group * InverseDct.BLOCKS * 8 / row.length;
    int[] first = row[0];
    if (row.length == 1) {
      for (int b = from; b < from + InverseDct.BLOCKS; b++) {
        first[at] = samples[0][b];
        first[at + 1] = samples[1][b];
        first[at + 2] = samples[2][b];
        first[at + 3] = samples[3][b];
        first[at + 4] = samples[4][b];
        first[at + 5] = samples[5][b];
        first[at + 6] = samples[6][b];
        first[at + 7] = samples[7][b];
        at += 8;
      }
      return;
    }
    int[] second = row[1];
    for (int b = from; b < from + InverseDct.BLOCKS; b++) {
      first[at] = samples[0][b];
      second[at] = samples[1][b];
      first[at + 1] = samples[2][b];
      second[at + 1] = samples[3][b];
      first[at + 2] = samples[4][b];
      second[at + 2] = samples[5][b];
      first[at + 3] = samples[6][b];
      second[at + 3] = samples[7][b];
      at += 4;
    }
  }

  /** Brings a row of progressive coefficients to where the transform reads them. */
  void load(int unitRow) {
    short[] all = coefficients;
    if (all == null) {
      return;
    }
    for (int by = 0; by < down; by++) {
      int at = (unitRow * down + by) * blocksAcross * 64;
      for (int bx = 0; bx < blocksAcross; bx++) {
        int[][] rows = groups[by][bx / InverseDct.BLOCKS];
        int lane = bx % InverseDct.BLOCKS;
        for (int k = 0; k < 64; k++) {
          int value = all[at++];
          if (value != 0) {
            int natural = BitReader.NATURAL[k];
            rows[natural >> 3][(natural & 7) * InverseDct.BLOCKS + lane] = value * quant[k];
          }
        }
      }
    }
  }
}
