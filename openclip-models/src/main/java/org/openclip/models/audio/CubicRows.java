package org.openclip.models.audio;

/**
 * Cubic interpolation of a row to more numbers whose ends stay where they are (Keys 1981, a =
 * -0.75), as PyTorch interpolates with aligned corners.
 */
final class CubicRows {
  private static final double A = -0.75;

  private CubicRows() {}

  /** Returns the share of every old number in every new one, {@code [from][to]}, row by row. */
  static float[] weights(int from, int to) {
    float[] weights = new float[from * to];
    for (int i = 0; i < to; i++) {
      double place = to == 1 ? 0 : (double) i * (from - 1) / (to - 1);
      int left = (int) place;
      for (int tap = -1; tap <= 2; tap++) {
        int at = Math.clamp(left + (long) tap, 0, from - 1);
        weights[at * to + i] += (float) kernel(Math.abs(place - (left + tap)));
      }
    }
    return weights;
  }

  private static double kernel(double x) {
    if (x <= 1) {
      return ((A + 2) * x - (A + 3)) * x * x + 1;
    }
    return x < 2 ? ((A * x - 5 * A) * x + 8 * A) * x - 4 * A : 0;
  }
}
