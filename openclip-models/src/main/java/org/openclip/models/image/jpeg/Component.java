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

  /** The factors of the coefficients in the order of the file; null before the first scan. */
  int @Nullable [] quant;

  /** The prediction of the next first coefficient. */
  int prediction;

  /** What comes in several scans; null when blocks are transformed as they come. */
  private @Nullable Coefficients kept;

  /** For each coefficient of a progressive picture, the bits yet to come; -1 before any came. */
  final int[] missingBits = new int[64];

  /** The same before the latest scan. */
  final int[] missingBefore = new int[64];

  /** Estimates what did not come; null when all came. */
  @Nullable Smoothing smoothing;

  /** For each row of blocks of a unit and each group in it, coefficients for the transform. */
  int[][][][] groups = new int[0][][][];

  /** The last samples by row and phase: with two phases, even and odd columns stand apart. */
  private int[][][] ring = new int[0][][];

  Component(int id, int across, int down, int quantTable) {
    this.id = id;
    this.across = across;
    this.down = down;
    this.quantTable = quantTable;
    Arrays.fill(missingBits, -1);
    Arrays.fill(missingBefore, -1);
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

  /** Keeps all coefficients from now on. */
  void keep(int unitsDown) {
    kept = new Coefficients(blocksAcross, unitsDown * down);
  }

  Coefficients kept() {
    Coefficients all = kept;
    if (all == null) {
      throw new IllegalStateException("the component keeps no coefficients");
    }
    return all;
  }

  /** Returns blocks that hold real samples, across. */
  int blocksWide() {
    return (width + 7) / 8;
  }

  /** Returns rows of blocks that hold real samples. */
  int blocksHigh() {
    return (height + 7) / 8;
  }

  /** Returns the factors; zeros when no scan had this component. */
  int[] factors() {
    return quant == null ? new int[64] : quant;
  }

  /** Returns a row of samples by phase; rows beyond the picture's edges repeat those there. */
  int[][] row(int y) {
    return ring[Math.clamp(y, 0, height - 1) % ring.length];
  }

  /** Transforms a row of units, and writes its samples into the ring. */
  void transform(InverseDct dct, int unitRow) {
    for (int by = 0; by < down; by++) {
      int row = unitRow * down + by;
      if (kept != null && row >= blocksHigh()) {
        return;
      }
      for (int g = 0; g < groups[by].length; g++) {
        if (kept != null && !load(kept, row, g, groups[by][g])) {
          flat(kept, row, g);
          continue;
        }
        int[][] samples = dct.transform(groups[by][g]);
        for (int y = 0; y < 8; y++) {
          write(samples, y, g, ring[(row * 8 + y) % ring.length]);
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

  /** Writes a group of blocks whose samples are all those of their first coefficients. */
  private void flat(Coefficients all, int row, int group) {
    int factor = factors()[0];
    int[][] lines = ring[row * 8 % ring.length];
    int size = 8 / lines.length;
    int start = group * InverseDct.BLOCKS * size;
    int first = group * InverseDct.BLOCKS;
    int blocks = Math.min(InverseDct.BLOCKS, blocksAcross - first);
    for (int b = 0; b < blocks; b++) {
      int level = InverseDct.flat(all.first(first + b, row) * factor);
      for (int[] line : lines) {
        Arrays.fill(line, start + b * size, start + (b + 1) * size, level);
      }
    }
    for (int y = 1; y < 8; y++) {
      for (int phase = 0; phase < lines.length; phase++) {
        int[] line = ring[(row * 8 + y) % ring.length][phase];
        System.arraycopy(lines[phase], start, line, start, blocks * size);
      }
    }
  }

  /**
   * Brings kept coefficients to where the transform reads them.
   *
   * @return whether a block has more than its first coefficient
   */
  private boolean load(Coefficients all, int row, int group, int[][] rows) {
    int first = group * InverseDct.BLOCKS;
    short[] coded = all.group(first, row);
    if (coded == null && smoothing == null) {
      return false;
    }
    int[] factors = factors();
    int blocks = Math.min(InverseDct.BLOCKS, blocksAcross - first);
    for (int lane = 0; lane < blocks; lane++) {
      rows[0][lane] = all.first(first + lane, row) * factors[0];
      for (int k = 1; coded != null && k < 64; k++) {
        int value = coded[lane * 64 + k];
        if (value != 0) {
          int natural = BitReader.NATURAL[k];
          rows[natural >> 3][(natural & 7) * InverseDct.BLOCKS + lane] = value * factors[k];
        }
      }
      if (smoothing != null && first + lane < blocksWide()) {
        smoothing.estimate(first + lane, row, rows, lane);
      }
    }
    return true;
  }
}
