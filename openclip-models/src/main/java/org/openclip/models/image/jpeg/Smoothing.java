package org.openclip.models.image.jpeg;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The estimate of the lowest coefficients that no scan of a progressive picture has brought, from
 * the first coefficients of 25 blocks around: after T.81, K.8, with the weights and the edges of
 * libjpeg-turbo 2.1. (Version 3.0.1 treats some edges otherwise.)
 */
final class Smoothing {
  /** Of each coefficient, in the order of the file, its weights of 5 x 5 blocks when more came. */
  private static final int[][] FEW = {
    {},
    row(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -7, 50, 0, -50, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    row(0, 0, -7, 0, 0, 0, 0, 50, 0, 0, 0, 0, 0, 0, 0, 0, 0, -50, 0, 0, 0, 0, 7, 0, 0),
    row(0, 0, -1, 0, 0, 0, 0, 13, 0, 0, 0, 0, -24, 0, 0, 0, 0, 13, 0, 0, 0, 0, -1, 0, 0),
    row(0, -1, 0, 1, 0, -1, 10, 0, -10, 1, 0, 0, 0, 0, 0, 1, -10, 0, 10, -1, 0, 1, 0, -1, 0),
    row(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, 13, -24, 13, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
  };

  /** The same when nothing but first coefficients came; these are smoothed themselves, too. */
  private static final int[][] NONE = {
    row(
        -2, -6, -8, -6, -2, -6, 6, 42, 6, -6, -8, 42, 152, 42, -8, -6, 6, 42, 6, -6, -2, -6, -8, -6,
        -2),
    row(-1, -1, 0, 1, 1, -3, 13, 0, -13, 3, -3, 38, 0, -38, 3, -3, 13, 0, -13, 3, -1, -1, 0, 1, 1),
    row(-1, -3, -3, -3, -1, -1, 13, 38, 13, -1, 0, 0, 0, 0, 0, 1, -13, -38, -13, 1, 1, 3, 3, 3, 1),
    row(0, 0, 1, 0, 0, 0, 2, 7, 2, 0, 0, -5, -14, -5, 0, 0, 2, 7, 2, 0, 0, 0, 1, 0, 0),
    row(-1, 0, 0, 0, 1, 0, 9, 0, -9, 0, 0, 0, 0, 0, 0, 0, -9, 0, 9, 0, 1, 0, 0, 0, -1),
    row(0, 0, 0, 0, 0, 0, 2, -5, 2, 0, 1, 7, -14, 7, 1, 0, 2, -5, 2, 0, 0, 0, 0, 0, 0),
    row(0, 0, 0, 0, 0, 0, 1, 0, -1, 0, 0, 2, 0, -2, 0, 0, 1, 0, -1, 0, 0, 0, 0, 0, 0),
    row(0, 0, 0, 0, 0, 0, 1, -3, 1, 0, 0, 0, 0, 0, 0, 0, -1, 3, -1, 0, 0, 0, 0, 0, 0),
    row(0, 0, 0, 0, 0, 0, 1, 0, -1, 0, 0, -3, 0, 3, 0, 0, 1, 0, -1, 0, 0, 0, 0, 0, 0),
    row(0, 0, 0, 0, 0, 0, 1, 2, 1, 0, 0, 0, 0, 0, 0, 0, -1, -2, -1, 0, 0, 0, 0, 0, 0)
  };

  private final Component component;
  private final int[] factors;
  private final int unitsDown;

  /** The last row of units that the latest scan has told. */
  private final int lastGood;

  private final int[] near = new int[25];

  private Smoothing(Component component, int[] factors, int unitsDown, int lastGood) {
    this.component = component;
    this.factors = factors;
    this.unitsDown = unitsDown;
    this.lastGood = lastGood;
  }

  private static int[] row(int... weights) {
    return weights;
  }

  /** Arranges for the estimates when a picture lacks something that they can give. */
  static void arrange(Frame frame, int scans, int lastGood) {
    boolean useful = false;
    for (Component component : frame.components()) {
      int[] factors = component.quant;
      if (factors == null || component.missingBits[0] < 0) {
        return;
      }
      for (int k = 0; k < 10; k++) {
        if (factors[k] == 0) {
          return;
        }
        useful |= k > 0 && component.missingBits[k] != 0;
      }
    }
    for (Component component : frame.components()) {
      if (scans < 2) {
        Arrays.fill(component.missingBefore, -1);
      }
      component.smoothing =
          useful
              ? new Smoothing(component, component.factors(), frame.unitsDown(), lastGood)
              : null;
    }
  }

  /**
   * Adds what a block lacks.
   *
   * @param rows holds its coefficients, multiplied, as {@link InverseDct} takes them
   */
  void estimate(int column, int row, int[][] rows, int lane) {
    int unitRow = row / component.down;
    int[] missing = unitRow > lastGood ? component.missingBefore : component.missingBits;
    boolean nothing = true;
    for (int k = 1; k < 10; k++) {
      nothing &= missing[k] == -1;
    }
    Coefficients all = component.kept();
    short @Nullable [] group = all.group(column, row);
    boolean gathered = false;
    int[][] weights = nothing ? NONE : FEW;
    for (int k = 1; k < weights.length; k++) {
      int value = group == null ? 0 : group[Coefficients.place(column) + k];
      if (missing[k] == 0 || value != 0) {
        continue;
      }
      if (!gathered) {
        gather(all, column, row);
        gathered = true;
      }
      int natural = BitReader.NATURAL[k];
      rows[natural >> 3][(natural & 7) * InverseDct.BLOCKS + lane] =
          (short) predict(weights[k], factors[k], missing[k]) * factors[k];
    }
    if (nothing) {
      if (!gathered) {
        gather(all, column, row);
      }
      rows[0][lane] = (short) predict(weights[0], factors[0], 0) * factors[0];
    }
  }

  private int predict(int[] weights, int factor, int missing) {
    long sum = 0;
    for (int i = 0; i < 25; i++) {
      sum += (long) weights[i] * near[i];
    }
    sum *= factors[0];
    int guess = (int) ((((long) factor << 7) + Math.abs(sum)) / ((long) factor << 8));
    if (missing > 0 && guess >= 1 << missing) {
      guess = (1 << missing) - 1;
    }
    return sum >= 0 ? guess : -guess;
  }

  /** Collects first coefficients around a block; those at the picture's edges stand for others. */
  private void gather(Coefficients all, int column, int row) {
    int down = component.down;
    int unitRow = row / down;
    // The last row of units counts its rows of blocks by those that hold real samples.
    boolean last = unitRow == unitsDown - 1;
    int real = component.blocksHigh() % down;
    int rowsOfUnit = last && real != 0 ? real : down;
    int place = row % down;
    int above = place > 0 || unitRow > 0 ? row - 1 : row;
    int farAbove = place > 1 || unitRow > 1 ? row - 2 : above;
    int below = place < rowsOfUnit - 1 || !last ? row + 1 : row;
    int farBelow = place < rowsOfUnit - 2 || unitRow + 2 < unitsDown ? row + 2 : below;
    gather(all, column, farAbove, 0);
    gather(all, column, above, 5);
    gather(all, column, row, 10);
    gather(all, column, below, 15);
    gather(all, column, farBelow, 20);
  }

  private void gather(Coefficients all, int column, int row, int to) {
    int right = component.blocksWide() - 1;
    for (int i = 0; i < 5; i++) {
      int wanted = column + i - 2;
      // Of two blocks, the first one stands for what is right of the second.
      int found = right == 1 && wanted > 1 ? 0 : Math.clamp(wanted, 0, right);
      near[to + i] = all.first(found, row);
    }
  }
}
