package org.openclip.api.image;

import java.nio.FloatBuffer;
import org.openclip.api.InvalidInputException;

/**
 * Turns patches of one size into patches of another, so that a patch embedding answers to them as
 * its weights resampled to the first size would (Beyer et al. 2022, FlexiViT, arXiv 2212.08013).
 *
 * <p>FlexiViT multiplies the weights by the pseudo-inverse of resizing. The same product is taken
 * here with the patch: it becomes the patch of the other size that, resized to its own size, comes
 * closest to it. The weights stay as they are, and so do their gradients' shapes.
 */
public final class PatchResampling {
  private final int from;
  private final int to;
  private final double[][] inverse;

  /**
   * Prepares the conversion.
   *
   * @param from the side length of the patches that are given, in pixels
   * @param to the side length of the patches that are returned, in pixels
   * @param filter how patches are resized
   */
  public PatchResampling(int from, int to, ResizeFilter filter) {
    if (from < 1 || to < 1) {
      throw new InvalidInputException(
          "patches of %s and %s pixels are invalid; each side must be at least 1"
              .formatted(from, to));
    }
    this.from = from;
    this.to = to;
    // Both directions of a patch are resized alike, and so is the inverse: one side is enough.
    this.inverse = PseudoInverse.of(filter.weights(to, from));
  }

  /** Returns the side length of the patches that are given, in pixels. */
  public int from() {
    return from;
  }

  /** Returns the side length of the patches that are returned, in pixels. */
  public int to() {
    return to;
  }

  /**
   * Converts a patch.
   *
   * @param patch {@code float32[from, from, 3]}, read from its position, which is advanced
   * @param out takes {@code float32[to, to, 3]} at its position, which is advanced
   */
  public void convert(FloatBuffer patch, FloatBuffer out) {
    double[] lines = new double[to * from * 3];
    for (int y = 0; y < from; y++) {
      for (int x = 0; x < from * 3; x++) {
        float value = patch.get();
        for (int row = 0; row < to; row++) {
          lines[row * from * 3 + x] += inverse[row][y] * value;
        }
      }
    }
    for (int row = 0; row < to; row++) {
      for (int column = 0; column < to; column++) {
        for (int channel = 0; channel < 3; channel++) {
          double sum = 0;
          for (int x = 0; x < from; x++) {
            sum += inverse[column][x] * lines[(row * from + x) * 3 + channel];
          }
          out.put((float) sum);
        }
      }
    }
  }
}
