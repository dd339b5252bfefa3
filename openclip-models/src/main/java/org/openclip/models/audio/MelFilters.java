package org.openclip.models.audio;

/**
 * Triangular filters whose centres are evenly spaced on a mel scale.
 *
 * @param bands the number of filters
 * @param size the length of the Fourier transform
 * @param sampleRate the number of samples of a second
 * @param lowest the frequency at which the first filter begins, in Hz
 * @param highest the frequency at which the last filter ends, in Hz
 * @param scale the scale
 * @param area whether each filter has an area of one, so that a band does not grow with its width;
 *     else each has a height of one
 */
public record MelFilters(
    int bands, int size, int sampleRate, double lowest, double highest, Scale scale, boolean area) {
  /** A scale of pitches. */
  public enum Scale {
    /** 2595 log(1 + f / 700), as HTK has it. */
    HTK {
      @Override
      double mel(double hertz) {
        return 2595 * Math.log10(1 + hertz / 700);
      }

      @Override
      double hertz(double mel) {
        return 700 * (Math.pow(10, mel / 2595) - 1);
      }
    },
    /** Linear to 1000 Hz and logarithmic above, as Slaney's Auditory Toolbox (1998) has it. */
    SLANEY {
      private static final double STEP = 200.0 / 3;
      private static final double BREAK_HERTZ = 1000;
      private static final double BREAK_MEL = BREAK_HERTZ / STEP;
      private static final double LOG_STEP = Math.log(6.4) / 27;

      @Override
      double mel(double hertz) {
        return hertz < BREAK_HERTZ
            ? hertz / STEP
            : BREAK_MEL + Math.log(hertz / BREAK_HERTZ) / LOG_STEP;
      }

      @Override
      double hertz(double mel) {
        return mel < BREAK_MEL ? mel * STEP : BREAK_HERTZ * Math.exp(LOG_STEP * (mel - BREAK_MEL));
      }
    };

    abstract double mel(double hertz);

    abstract double hertz(double mel);
  }

  /** Returns the share of every frequency in every band, {@code [bands][size / 2 + 1]}. */
  double[][] weights() {
    double[] corners = new double[bands + 2];
    double first = scale.mel(lowest);
    double last = scale.mel(highest);
    for (int i = 0; i < corners.length; i++) {
      corners[i] = scale.hertz(first + (last - first) * i / (bands + 1));
    }
    double[][] weights = new double[bands][size / 2 + 1];
    for (int band = 0; band < bands; band++) {
      double left = corners[band];
      double centre = corners[band + 1];
      double right = corners[band + 2];
      double height = area ? 2 / (right - left) : 1;
      for (int bin = 0; bin < weights[band].length; bin++) {
        double frequency = (double) bin * sampleRate / size;
        double rise = (frequency - left) / (centre - left);
        double fall = (right - frequency) / (right - centre);
        weights[band][bin] = height * Math.max(0, Math.min(rise, fall));
      }
    }
    return weights;
  }
}
