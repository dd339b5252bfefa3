package org.openclip.models.image;

import java.util.Arrays;
import org.openclip.api.image.PreprocessConfig.Interpolation;

/**
 * The resampling of one axis as Pillow computes it: every output is a weighted mean of neighbouring
 * inputs, over a wider window when the picture shrinks (antialiasing), with weights rounded to 22
 * bits and sums rounded to bytes.
 *
 * @param first the first output that is computed
 * @param starts for each output, the first input of its window
 * @param weights for each output, the weights of its window, which sum to one
 */
@SuppressWarnings("ArrayRecordComponent")
record Resampling(int first, int[] starts, double[][] weights) {
  /** Bits after the point of a rounded weight: those that leave room for a byte and overshoot. */
  static final int BITS = 32 - 8 - 2;

  /**
   * Computes the windows of some outputs.
   *
   * @param inputs the size of the axis
   * @param outputs the size that the whole axis would get
   * @param from the first output wanted
   * @param to the one after the last
   */
  static Resampling of(int inputs, int outputs, int from, int to, Interpolation interpolation) {
    double scale = (double) inputs / outputs;
    double stretch = Math.max(scale, 1);
    double reach = (interpolation == Interpolation.BICUBIC ? 2 : 1) * stretch;
    int[] starts = new int[to - from];
    double[][] weights = new double[to - from][];
    for (int i = from; i < to; i++) {
      double centre = (i + 0.5) * scale;
      int start = Math.max(0, (int) (centre - reach + 0.5));
      int end = Math.min(inputs, (int) (centre + reach + 0.5));
      double[] window = new double[end - start];
      double sum = 0;
      for (int x = 0; x < window.length; x++) {
        window[x] = weight((x + start - centre + 0.5) * (1 / stretch), interpolation);
        sum += window[x];
      }
      if (sum != 0) {
        for (int x = 0; x < window.length; x++) {
          window[x] /= sum;
        }
      }
      starts[i - from] = start;
      weights[i - from] = window;
    }
    return new Resampling(from, starts, weights);
  }

  private static double weight(double distance, Interpolation interpolation) {
    double x = Math.abs(distance);
    if (interpolation == Interpolation.BILINEAR) {
      return x < 1 ? 1 - x : 0;
    }
    double a = -0.5;
    if (x < 1) {
      return ((a + 2) * x - (a + 3)) * x * x + 1;
    }
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
  }

  /** Returns the first input that any output reads. */
  int firstInput() {
    return Arrays.stream(starts).min().orElse(0);
  }

  /** Returns the input after the last that any output reads. */
  int lastInput() {
    int last = 0;
    for (int i = 0; i < starts.length; i++) {
      last = Math.max(last, starts[i] + weights[i].length);
    }
    return last;
  }

  /** Returns the number of inputs of the longest window. */
  int longest() {
    return Arrays.stream(weights).mapToInt(window -> window.length).max().orElse(1);
  }

  /** Returns the weights as whole numbers of 2 to the power of minus {@link #BITS}. */
  int[][] rounded() {
    int[][] rounded = new int[weights.length][];
    for (int i = 0; i < weights.length; i++) {
      double[] window = weights[i];
      int[] whole = new int[window.length];
      for (int x = 0; x < window.length; x++) {
        double scaled = window[x] * (1 << BITS);
        whole[x] = (int) (scaled < 0 ? scaled - 0.5 : scaled + 0.5);
      }
      rounded[i] = whole;
    }
    return rounded;
  }
}
