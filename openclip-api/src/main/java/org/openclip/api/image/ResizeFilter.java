package org.openclip.api.image;

/**
 * A filter that resizes a line of numbers, with antialiasing: it is wider when the line shrinks.
 * Positions of numbers are the centres of pixels, and the shares of a new number add up to 1.
 */
public enum ResizeFilter {
  /** Keys' cubic convolution (1981) with a = -0.5. */
  BICUBIC {
    @Override
    double[][] shares(int from, int to) {
      double scale = (double) from / to;
      double stretch = Math.max(scale, 1);
      double[][] shares = new double[to][from];
      for (int i = 0; i < to; i++) {
        double centre = scale * (i + 0.5);
        int first = Math.max(0, (int) (centre - 2 * stretch + 0.5));
        int last = Math.min(from, (int) (centre + 2 * stretch + 0.5));
        for (int s = first; s < last; s++) {
          shares[i][s] = cubic(Math.abs(s - centre + 0.5) / stretch);
        }
      }
      return shares;
    }
  },
  /** Linear in the distance. */
  BILINEAR {
    @Override
    double[][] shares(int from, int to) {
      double scale = (double) from / to;
      double stretch = Math.max(scale, 1);
      double[][] shares = new double[to][from];
      for (int i = 0; i < to; i++) {
        for (int s = 0; s < from; s++) {
          double distance = Math.abs(s + 0.5 - scale * (i + 0.5)) / stretch;
          shares[i][s] = Math.max(0, 1 - distance);
        }
      }
      return shares;
    }
  };

  abstract double[][] shares(int from, int to);

  /**
   * Returns the share of every old number in every new one.
   *
   * @param from the old length, at least 1
   * @param to the new length, at least 1
   * @return {@code [to][from]}
   */
  public double[][] weights(int from, int to) {
    double[][] weights = shares(from, to);
    for (double[] row : weights) {
      double sum = 0;
      for (double share : row) {
        sum += share;
      }
      for (int s = 0; s < from; s++) {
        row[s] /= sum;
      }
    }
    return weights;
  }

  private static double cubic(double x) {
    double a = -0.5;
    if (x < 1) {
      return ((a + 2) * x - (a + 3)) * x * x + 1;
    }
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
  }
}
