package org.openclip.api.audio;

import org.openclip.api.InvalidInputException;

/**
 * Decoded sound of one channel.
 *
 * @param samples the samples, from -1 to 1; not copied
 * @param sampleRate the number of samples of a second
 */
@SuppressWarnings("ArrayRecordComponent")
public record Audio(float[] samples, int sampleRate) {
  /** Checks that there is sound. */
  public Audio {
    if (samples.length == 0) {
      throw new InvalidInputException("the sound has no samples; it must have at least one");
    }
    if (sampleRate < 1) {
      throw new InvalidInputException(
          "the sample rate is " + sampleRate + " Hz, but must be at least 1");
    }
  }
}
