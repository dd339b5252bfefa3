package org.openclip.api.image;

import java.nio.FloatBuffer;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.InvalidInputException;

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

  /**
   * Brings a picture to a size that whole patches fill, at its own aspect ratio and without a crop,
   * normalises it and cuts it up, for towers that take pictures of any shape (NaFlex).
   *
   * @param patch the side of a patch, in pixels
   * @param maxPatches the largest number of patches
   * @param out takes {@code float32[rows * columns, patch * patch * 3]} at its position, which
   *     moves on; within a patch: rows, columns, channels
   * @return the rows and columns of patches
   * @throws InvalidInputException when no scale of the picture fits
   * @throws InvalidConfigException when the preprocessor only knows pictures of one shape
   */
  default PatchGrid cut(Image image, int patch, int maxPatches, FloatBuffer out) {
    throw new InvalidConfigException(
        "preprocess_cfg",
        "goes to "
            + getClass().getSimpleName()
            + ", which cuts no pictures of any shape into patches; call encodePixels");
  }

  /** Returns the picture just before it is normalised, {@code uint8[height, width, 3]}, RGB. */
  byte[] resize(Image image);
}
