package org.openclip.train.bench;

/** Lengths of vectors. */
final class Lengths {
  private Lengths() {}

  /** Returns the square root of the sum of squares. */
  static double of(float[] numbers) {
    double sum = 0;
    for (float number : numbers) {
      sum += (double) number * number;
    }
    return Math.sqrt(sum);
  }
}
