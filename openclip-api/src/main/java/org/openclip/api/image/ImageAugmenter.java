package org.openclip.api.image;

import java.nio.FloatBuffer;
import java.util.random.RandomGenerator;

/** Augments and preprocesses a decoded image for training. Thread-safe. */
public interface ImageAugmenter {
  /**
   * Augments, resizes, converts and normalises an image.
   *
   * @param random the source of randomness; the same generator gives the same result
   * @param out takes {@code float32[3, height, width]}, CHW, at its position, which is advanced
   */
  void augment(Image image, RandomGenerator random, FloatBuffer out);
}
