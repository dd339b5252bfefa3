package org.openclip.models.audio;

/**
 * The discrete Fourier transform of a fixed length by the factors of that length (Cooley and Tukey
 * 1965). Thread-safe.
 */
final class Fourier {
  private final int length;
  private final double[] cosines;
  private final double[] sines;

  /** Creates the transform; it is fast for lengths with small prime factors. */
  Fourier(int length) {
    this.length = length;
    cosines = new double[length];
    sines = new double[length];
    for (int i = 0; i < length; i++) {
      cosines[i] = Math.cos(2 * Math.PI * i / length);
      sines[i] = -Math.sin(2 * Math.PI * i / length);
    }
  }

  /**
   * Computes the squared magnitudes of the frequencies from zero to half of the rate.
   *
   * @param samples as many as the length
   * @param power takes {@code length / 2 + 1} numbers
   */
  void power(double[] samples, double[] power) {
    double[] real = new double[length];
    double[] imaginary = new double[length];
    transform(samples, 0, 1, length, real, imaginary, 0);
    for (int i = 0; i < power.length; i++) {
      power[i] = real[i] * real[i] + imaginary[i] * imaginary[i];
    }
  }

  /** Transforms every so many samples from one on, and writes as many numbers from a place on. */
  private void transform(
      double[] samples, int from, int step, int count, double[] real, double[] imaginary, int to) {
    if (count == 1) {
      real[to] = samples[from];
      imaginary[to] = 0;
      return;
    }
    int factor = smallestFactor(count);
    int part = count / factor;
    for (int i = 0; i < factor; i++) {
      transform(samples, from + i * step, step * factor, part, real, imaginary, to + i * part);
    }
    double[] sumReal = new double[count];
    double[] sumImaginary = new double[count];
    int turn = length / count;
    for (int k = 0; k < count; k++) {
      double re = 0;
      double im = 0;
      for (int i = 0; i < factor; i++) {
        int angle = (int) ((long) i * k % count) * turn;
        int at = to + i * part + k % part;
        re += real[at] * cosines[angle] - imaginary[at] * sines[angle];
        im += real[at] * sines[angle] + imaginary[at] * cosines[angle];
      }
      sumReal[k] = re;
      sumImaginary[k] = im;
    }
    System.arraycopy(sumReal, 0, real, to, count);
    System.arraycopy(sumImaginary, 0, imaginary, to, count);
  }

  private static int smallestFactor(int number) {
    for (int factor = 2; (long) factor * factor <= number; factor++) {
      if (number % factor == 0) {
        return factor;
      }
    }
    return number;
  }
}
