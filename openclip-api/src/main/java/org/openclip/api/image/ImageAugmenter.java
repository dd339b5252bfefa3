package org.openclip.api.image;

import java.nio.FloatBuffer;
import java.util.random.RandomGenerator;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.InvalidInputException;

/** Augments and preprocesses a decoded image for training. Thread-safe. */
public interface ImageAugmenter {
  /**
   * Augments, resizes, converts and normalises an image.
   *
   * @param random the source of randomness; the same generator gives the same result
   * @param out takes {@code float32[3, height, width]}, CHW, at its position, which is advanced
   */
  void augment(Image image, RandomGenerator random, FloatBuffer out);

  /**
   * Augments an image, resizes it to whole patches at the aspect ratio that the augmentation gives
   * it, normalises it and cuts it into patches, for towers that take images of any shape (NaFlex).
   *
   * @param patch the side length of a patch, in pixels
   * @param maxPatches the largest number of patches
   * @param random the source of randomness; the same generator gives the same result
   * @param out takes {@code float32[rows * columns, patch * patch * 3]} at its position, which is
   *     advanced; within a patch: rows, columns, channels
   * @return the grid of patches
   * @throws InvalidInputException when no scale of the image fits
   * @throws InvalidConfigException when the augmenter only supports images of one shape
   */
  default PatchGrid cut(
      Image image, int patch, int maxPatches, RandomGenerator random, FloatBuffer out) {
    throw new InvalidConfigException(
        "preprocess_cfg",
        "selects "
            + getClass().getSimpleName()
            + ", which does not support the augmentation of NaFlex patches");
  }
}
