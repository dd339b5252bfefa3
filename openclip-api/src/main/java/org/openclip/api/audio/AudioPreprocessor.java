package org.openclip.api.audio;

import java.nio.FloatBuffer;

/** Makes the input of an audio tower of sound. Thread-safe. */
public interface AudioPreprocessor {
  /** Returns the number of samples of a second that the tower was trained on. */
  int sampleRate();

  /** Returns the number of samples of a clip: of what the tower reads of one sound. */
  int samples();

  /** Returns the number of bands of the input: its rows. */
  int bands();

  /** Returns the number of frames of the input: its columns. */
  int frames();

  /**
   * Writes the input of one sound, whatever its length and sample rate.
   *
   * @param out takes {@code float32[bands, frames]} at its position, which is advanced
   */
  void prepare(Audio audio, FloatBuffer out);
}
