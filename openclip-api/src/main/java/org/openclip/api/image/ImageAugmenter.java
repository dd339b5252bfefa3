package org.openclip.api.image;

import java.nio.FloatBuffer;
import java.util.random.RandomGenerator;

/** The step from a decoded picture to the numbers of a training. Safe for many threads. */
public interface ImageAugmenter {
  /**
   * Varies, resizes, converts and normalises a picture.
   *
   * @param random what decides; the same generator gives the same result
   * @param out takes {@code float32[3, height, width]}, CHW, at its position, which moves on
   */
  void augment(Image image, RandomGenerator random, FloatBuffer out);
}
