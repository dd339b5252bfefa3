package org.openclip.api.audio;

/**
 * Cuts the spectrogram of a sound into patches. A sound keeps its length: a longer one has more
 * columns of patches. Thread-safe.
 */
public interface AudioPatcher {
  /** Returns the number of samples of a second that the tower was trained on. */
  int sampleRate();

  /** Returns the largest number of samples of which a sound's patches are cut. */
  int samples();

  /** Returns the largest number of patches of a sound; a longer one is cut at its end. */
  int most();

  /** Returns the number of numbers of a patch. */
  int numbers();

  /**
   * Returns the same patcher with another bound.
   *
   * @param patches the largest number of patches of a sound, at least those of one moment
   */
  AudioPatcher withMost(int patches);

  /** Returns the patches of a sound of any sample rate. */
  AudioPatches cut(Audio audio);
}
