package org.openclip.models.audio;

import java.util.Arrays;

/** A sound of a fixed number of samples. */
final class Clip {
  private Clip() {}

  /**
   * Returns the beginning of a longer sound; a shorter one as often as it fits whole, and silence
   * behind it.
   */
  static float[] of(float[] samples, int count) {
    float[] clip = Arrays.copyOf(samples, count);
    for (int at = samples.length; at + samples.length <= count; at += samples.length) {
      System.arraycopy(samples, 0, clip, at, samples.length);
    }
    return clip;
  }
}
