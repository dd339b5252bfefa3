package org.openclip.api.image;

/** The pseudo-inverse (Moore 1920, Penrose 1955) of a matrix of full rank. */
final class PseudoInverse {
  private PseudoInverse() {}

  /**
   * Returns the pseudo-inverse, by the normal equations.
   *
   * @param matrix {@code [rows][columns]} of full rank
   * @return {@code [columns][rows]}
   */
  static double[][] of(double[][] matrix) {
    double[][] transposed = transpose(matrix);
    return matrix.length >= transposed.length
        ? solve(times(transposed, matrix), transposed)
        : transpose(solve(times(matrix, transposed), matrix));
  }

  private static double[][] transpose(double[][] matrix) {
    double[][] result = new double[matrix[0].length][matrix.length];
    for (int i = 0; i < matrix.length; i++) {
      for (int j = 0; j < result.length; j++) {
        result[j][i] = matrix[i][j];
      }
    }
    return result;
  }

  private static double[][] times(double[][] left, double[][] right) {
    double[][] result = new double[left.length][right[0].length];
    for (int i = 0; i < left.length; i++) {
      for (int k = 0; k < right.length; k++) {
        for (int j = 0; j < right[0].length; j++) {
          result[i][j] += left[i][k] * right[k][j];
        }
      }
    }
    return result;
  }

  /** Solves {@code square * x = right} of a positive definite matrix, by elimination in place. */
  private static double[][] solve(double[][] square, double[][] right) {
    int size = square.length;
    double[][] result = new double[size][];
    for (int i = 0; i < size; i++) {
      result[i] = right[i].clone();
    }
    for (int pivot = 0; pivot < size; pivot++) {
      scale(square[pivot], result[pivot], 1 / square[pivot][pivot]);
      for (int row = 0; row < size; row++) {
        if (row != pivot) {
          double factor = square[row][pivot];
          subtract(square[row], square[pivot], factor);
          subtract(result[row], result[pivot], factor);
        }
      }
    }
    return result;
  }

  private static void scale(double[] left, double[] right, double factor) {
    for (int i = 0; i < left.length; i++) {
      left[i] *= factor;
    }
    for (int i = 0; i < right.length; i++) {
      right[i] *= factor;
    }
  }

  private static void subtract(double[] row, double[] other, double factor) {
    for (int i = 0; i < row.length; i++) {
      row[i] -= factor * other[i];
    }
  }
}
