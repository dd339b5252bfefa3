package org.openclip.api.audio;

import java.nio.FloatBuffer;
import org.openclip.api.InvalidInputException;
import org.openclip.api.encoder.SpectrogramEncoder;

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

  /**
   * Returns this with other options; by default there is no choice.
   *
   * @throws InvalidInputException when the tower cannot read clips that are made in this way
   */
  default AudioPreprocessor with(ClipOptions options) {
    if (!options.equals(ClipOptions.DEFAULT)) {
      throw new InvalidInputException(
          "%s cannot be applied: the model reads sounds in one way only".formatted(options));
    }
    return this;
  }

  /**
   * Adapts the inputs of a batch to each other, as the reference does in training; by default they
   * stay as they are.
   *
   * @param inputs {@code float32[count, bands, frames]} from its position to its limit, as {@link
   *     #prepare} writes them
   */
  default void together(FloatBuffer inputs) {}

  /**
   * Returns whether a sound is so long that the {@linkplain SpectrogramEncoder#longer encoder of
   * longer sounds} reads it.
   */
  default boolean longer(Audio audio) {
    return false;
  }
}
