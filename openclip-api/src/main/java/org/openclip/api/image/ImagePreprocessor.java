package org.openclip.api.image;

import java.nio.FloatBuffer;

/** The step from a decoded picture to the numbers that enter a tower. Safe for many threads. */
public interface ImagePreprocessor {
  /** Returns what it does. */
  PreprocessConfig config();

  /**
   * Resizes, crops, converts and normalises a picture.
   *
   * @param out takes {@code float32[3, height, width]}, CHW, at its position, which moves on
   */
  void preprocess(Image image, FloatBuffer out);

  /** Returns the picture just before it is normalised, {@code uint8[height, width, 3]}, RGB. */
  byte[] resize(Image image);
}
