package org.openclip.testkit;

import org.openclip.api.graph.NeuralOp.SwitchBackForm;

/** The formulas of SwitchBack (arXiv 2304.13013) over matrices, in double precision. */
public final class SwitchBackFormula {
  private SwitchBackFormula() {}

  /** Returns {@code x · weightᵀ} of rounded matrices. */
  public static double[][] product(double[][] x, double[][] weight, SwitchBackForm form) {
    double[][] rounded = form == SwitchBackForm.VECTORWISE ? rows(weight) : whole(weight);
    return times(rows(x), transposed(rounded));
  }

  /** Returns the derivative by {@code x}. */
  public static double[][] byInput(double[][] incoming, double[][] weight, SwitchBackForm form) {
    double[][] rounded =
        form == SwitchBackForm.VECTORWISE ? transposed(rows(transposed(weight))) : whole(weight);
    return times(rows(incoming), rounded);
  }

  /** Returns the derivative by the weight. */
  public static double[][] byWeight(double[][] incoming, double[][] x, SwitchBackForm form) {
    boolean rounded = form == SwitchBackForm.GLOBAL_MEMORY_EFFICIENT;
    return times(transposed(incoming), rounded ? rows(x) : x);
  }

  private static double[][] rows(double[][] matrix) {
    double[][] rounded = new double[matrix.length][];
    for (int row = 0; row < matrix.length; row++) {
      rounded[row] = rounded(matrix[row], largest(matrix[row]));
    }
    return rounded;
  }

  private static double[][] whole(double[][] matrix) {
    double largest = 0;
    for (double[] row : matrix) {
      largest = Math.max(largest, largest(row));
    }
    double[][] rounded = new double[matrix.length][];
    for (int row = 0; row < matrix.length; row++) {
      rounded[row] = rounded(matrix[row], largest);
    }
    return rounded;
  }

  private static double largest(double[] numbers) {
    double largest = 0;
    for (double number : numbers) {
      largest = Math.max(largest, Math.abs(number));
    }
    return largest;
  }

  private static double[] rounded(double[] numbers, double largest) {
    double[] rounded = new double[numbers.length];
    for (int i = 0; i < numbers.length && largest > 0; i++) {
      rounded[i] = Math.rint(numbers[i] / largest * 127) * largest / 127;
    }
    return rounded;
  }

  private static double[][] transposed(double[][] matrix) {
    double[][] transposed = new double[matrix[0].length][matrix.length];
    for (int row = 0; row < matrix.length; row++) {
      for (int column = 0; column < matrix[0].length; column++) {
        transposed[column][row] = matrix[row][column];
      }
    }
    return transposed;
  }

  private static double[][] times(double[][] left, double[][] right) {
    double[][] product = new double[left.length][right[0].length];
    for (int row = 0; row < left.length; row++) {
      for (int column = 0; column < right[0].length; column++) {
        for (int k = 0; k < right.length; k++) {
          product[row][column] += left[row][k] * right[k][column];
        }
      }
    }
    return product;
  }
}
