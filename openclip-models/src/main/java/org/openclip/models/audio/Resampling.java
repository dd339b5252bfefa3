package org.openclip.models.audio;

import java.util.Arrays;
import org.openclip.api.InvalidInputException;
import org.openclip.api.audio.Audio;

/**
 * Band-limited interpolation to another sample rate (Smith and Gossett 1984): a sinc under a Hann
 * window of six zero crossings on each side, cut at 0.99 of the lower rate's half, as torchaudio
 * resamples.
 */
public final class Resampling {
  private static final int ZERO_CROSSINGS = 6;
  private static final double ROLL_OFF = 0.99;

  /** The most samples of an array. */
  private static final int MOST = Integer.MAX_VALUE - 8;

  private Resampling() {}

  /** Returns the number of samples of a sound at a rate. */
  static int count(Audio audio, int rate) {
    int divisor = greatestDivisor(audio.sampleRate(), rate);
    int from = audio.sampleRate() / divisor;
    long samples = ((long) audio.samples().length * (rate / divisor) + from - 1) / from;
    if (samples > MOST) {
      throw new InvalidInputException(
          "the sound has %s samples at %s Hz, but at most %s can be read; cut the sound"
              .formatted(samples, rate, MOST));
    }
    return (int) samples;
  }

  /**
   * Returns the sound's samples at a rate.
   *
   * @param most how many are needed, from the beginning
   */
  public static float[] to(Audio audio, int rate, int most) {
    if (audio.sampleRate() == rate) {
      float[] samples = audio.samples();
      return samples.length <= most ? samples : Arrays.copyOf(samples, most);
    }
    int divisor = greatestDivisor(audio.sampleRate(), rate);
    int from = audio.sampleRate() / divisor;
    int to = rate / divisor;
    double base = Math.min(from, to) * ROLL_OFF;
    int reach = (int) Math.ceil(ZERO_CROSSINGS * from / base);
    float[] samples = audio.samples();
    int count = Math.min(most, count(audio, rate));
    float[] resampled = new float[count];
    double[][] kernels = new double[to][];
    for (int i = 0; i < count; i++) {
      int phase = i % to;
      if (kernels[phase] == null) {
        kernels[phase] = kernel(phase, from, to, base, reach);
      }
      long start = (long) (i / to) * from - reach;
      double sum = 0;
      for (int k = 0; k < kernels[phase].length; k++) {
        long at = start + k;
        if (at >= 0 && at < samples.length) {
          sum += kernels[phase][k] * samples[(int) at];
        }
      }
      resampled[i] = (float) sum;
    }
    return resampled;
  }

  private static double[] kernel(int phase, int from, int to, double base, int reach) {
    double[] kernel = new double[2 * reach + from];
    for (int k = 0; k < kernel.length; k++) {
      double time = ((double) (k - reach) / from - (double) phase / to) * base;
      double bounded = Math.clamp(time, -ZERO_CROSSINGS, ZERO_CROSSINGS);
      double window = Math.cos(bounded * Math.PI / ZERO_CROSSINGS / 2);
      double angle = bounded * Math.PI;
      double sinc = angle == 0 ? 1 : Math.sin(angle) / angle;
      kernel[k] = sinc * window * window * base / from;
    }
    return kernel;
  }

  private static int greatestDivisor(int a, int b) {
    return b == 0 ? a : greatestDivisor(b, a % b);
  }
}
