package org.openclip.models.audio;

/**
 * The energy of sound in mel bands over time: Hann windows around every so many samples, with the
 * sound mirrored at its ends, their power spectrum, and its sums by {@link MelFilters}. Computed in
 * double precision. Thread-safe.
 */
public final class MelSpectrogram {
  private final int hop;
  private final double[] window;
  private final Fourier fourier;
  private final double[][] filters;

  /**
   * Creates the transform.
   *
   * @param hop the number of samples between two windows
   */
  public MelSpectrogram(MelFilters filters, int hop) {
    this.hop = hop;
    int size = filters.size();
    this.window = new double[size];
    for (int i = 0; i < size; i++) {
      window[i] = 0.5 - 0.5 * Math.cos(2 * Math.PI * i / size);
    }
    this.fourier = new Fourier(size);
    this.filters = filters.weights();
  }

  /**
   * Returns the energies, {@code [bands][frames]}.
   *
   * @param samples the sound, longer than half a window
   * @param frames the number of windows; the first is around the first sample
   */
  public double[][] of(float[] samples, int frames) {
    return of(samples, 0, frames);
  }

  /**
   * Returns the energies of some windows, {@code [bands][frames]}.
   *
   * @param first the first window
   */
  double[][] of(float[] samples, int first, int frames) {
    double[][] energies = new double[filters.length][frames];
    double[] windowed = new double[window.length];
    double[] power = new double[window.length / 2 + 1];
    for (int frame = 0; frame < frames; frame++) {
      int from = Math.multiplyExact(first + frame, hop) - window.length / 2;
      for (int i = 0; i < window.length; i++) {
        windowed[i] = window[i] * samples[mirrored(from + i, samples.length)];
      }
      fourier.power(windowed, power);
      for (int band = 0; band < filters.length; band++) {
        double sum = 0;
        for (int bin = 0; bin < power.length; bin++) {
          sum += filters[band][bin] * power[bin];
        }
        energies[band][frame] = sum;
      }
    }
    return energies;
  }

  /** Returns an index inside, mirrored at the first and the last sample. */
  private static int mirrored(int index, int length) {
    int positive = Math.abs(index);
    return positive < length ? positive : 2 * (length - 1) - positive;
  }
}
