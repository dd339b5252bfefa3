package org.openclip.train.data;

import org.openclip.api.InvalidInputException;

/**
 * The shape of a batch.
 *
 * @param size the number of samples, at least 1
 * @param patches the number of patches that each image is padded to, for towers that take images of
 *     any shape (NaFlex); 0 where images have one size, or a size that the preparation knows
 * @param pixels the side length of their patches, in pixels; 0 where all batches have the same
 */
public record BatchShape(int size, int patches, int pixels) {
  /** A batch whose patches are as large as those of all batches. */
  public BatchShape(int size, int patches) {
    this(size, patches, 0);
  }

  /** Checks the ranges. */
  public BatchShape {
    if (size < 1 || patches < 0 || pixels < 0) {
      throw new InvalidInputException(
          "a batch of %s samples with %s patches of %s pixels is invalid; it must have at least 1 sample"
              .formatted(size, patches, pixels));
    }
  }

  /** Returns whether samples are prepared for another batch as for this one. */
  boolean preparesLike(BatchShape other) {
    return patches == other.patches && pixels == other.pixels;
  }
}
