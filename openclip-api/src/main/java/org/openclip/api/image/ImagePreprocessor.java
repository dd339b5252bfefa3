package org.openclip.api.image;

import java.nio.FloatBuffer;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.InvalidInputException;

/** Preprocesses a decoded image for an image tower. Thread-safe. */
public interface ImagePreprocessor {
  /** Returns the configuration of the preprocessing. */
  PreprocessConfig config();

  /**
   * Resizes, crops, converts and normalises an image.
   *
   * @param out takes {@code float32[3, height, width]}, CHW, at its position, which is advanced
   */
  void preprocess(Image image, FloatBuffer out);

  /**
   * Resizes an image to whole patches at its own aspect ratio, without a crop, normalises it and
   * cuts it into patches, for towers that take images of any shape (NaFlex).
   *
   * @param patch the side length of a patch, in pixels
   * @param maxPatches the largest number of patches
   * @param out takes {@code float32[rows * columns, patch * patch * 3]} at its position, which is
   *     advanced; within a patch: rows, columns, channels
   * @return the grid of patches
   * @throws InvalidInputException when no scale of the image fits
   * @throws InvalidConfigException when the preprocessor only supports images of one shape
   */
  default PatchGrid cut(Image image, int patch, int maxPatches, FloatBuffer out) {
    throw new InvalidConfigException(
        "preprocess_cfg",
        "selects "
            + getClass().getSimpleName()
            + ", which does not support NaFlex patches; call encodePixels");
  }

  /**
   * Returns the part of an image that {@link #preprocess} passes on: less than the image where it
   * is cropped, more than it where it is padded. The image is upright if {@link
   * PreprocessConfig#applyOrientation} says so.
   *
   * @throws InvalidConfigException when the preprocessor cannot say; by default
   */
  default ImageArea seen(Image image) {
    throw new InvalidConfigException(
        "preprocess_cfg",
        "selects "
            + getClass().getSimpleName()
            + ", which does not say which part of an image the model sees");
  }

  /** Returns the image just before it is normalised, {@code uint8[height, width, 3]}, RGB. */
  byte[] resize(Image image);
}
