package org.openclip.api.image;

/**
 * A filter that resizes a line of numbers, with antialiasing: it is wider when the line shrinks.
 * Positions of numbers are the centres of pixels, and the shares of a new number add up to 1.
 */
public enum ResizeFilter {
  /** Keys' cubic convolution (1981) with a = -0.5. */
  BICUBIC {
    @Override
    double share(double distance) {
      double a = -0.5;
      double x = distance;
      if (x < 1) {
        return ((a + 2) * x - (a + 3)) * x * x + 1;
      }
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    }
  },
  /** Linear in the distance. */
  BILINEAR {
    @Override
    double share(double distance) {
      return Math.max(0, 1 - distance);
    }
  };

  /** Returns the share of a number at a distance, in widths of the filter. */
  abstract double share(double distance);

  /**
   * Returns the share of every old number in every new one.
   *
   * @param from the old length, at least 1
   * @param to the new length, at least 1
   * @return {@code [to][from]}
   */
  public double[][] weights(int from, int to) {
    double scale = (double) from / to;
    double width = Math.max(scale, 1);
    double[][] weights = new double[to][from];
    for (int i = 0; i < to; i++) {
      double centre = scale * (i + 0.5);
      double sum = 0;
      for (int s = 0; s < from; s++) {
        weights[i][s] = share(Math.abs(s + 0.5 - centre) / width);
        sum += weights[i][s];
      }
      for (int s = 0; s < from; s++) {
        weights[i][s] /= sum;
      }
    }
    return weights;
  }
}
