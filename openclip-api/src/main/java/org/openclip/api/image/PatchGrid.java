package org.openclip.api.image;

import java.nio.FloatBuffer;
import org.openclip.api.InvalidInputException;

/**
 * The grid of patches of an image of any size, at its own aspect ratio (NaFlex; Tschannen et al.
 * 2025, SigLIP 2, arXiv 2502.14786).
 *
 * @param rows rows of patches, at least 1
 * @param columns columns of patches, at least 1
 * @param patch the side length of a patch, in pixels
 */
public record PatchGrid(int rows, int columns, int patch) {
  /** The scale is searched up to here, and this precisely. */
  private static final double LARGEST_SCALE = 100;

  private static final double PRECISION = 1e-5;

  /** Checks that there is a patch. */
  public PatchGrid {
    if (rows < 1 || columns < 1 || patch < 1) {
      throw new InvalidInputException(
          "a grid of %s x %s patches of %s pixels is empty; each must be at least 1"
              .formatted(rows, columns, patch));
    }
  }

  /**
   * Returns the largest grid for an image. The image is scaled as far as the number of patches
   * allows, up to a hundredfold, and its sides are rounded up to whole patches.
   *
   * @param height the height of the image, in pixels
   * @param width the width of the image, in pixels
   * @param patch the side length of a patch, in pixels
   * @param maxPatches the largest number of patches
   * @throws InvalidInputException when no scale fits
   */
  public static PatchGrid fit(int height, int width, int patch, int maxPatches) {
    if (height < 1 || width < 1 || patch < 1 || maxPatches < 1) {
      throw new InvalidInputException(
          "a picture of %s x %s pixels does not fit %s patches of %s pixels; each must be at least 1"
              .formatted(height, width, maxPatches, patch));
    }
    double fits = PRECISION / 10;
    double exceeds = LARGEST_SCALE;
    while (exceeds - fits >= PRECISION) {
      double middle = (fits + exceeds) / 2;
      if (patches(height, middle, patch) * patches(width, middle, patch) <= maxPatches) {
        fits = middle;
      } else {
        exceeds = middle;
      }
    }
    if (fits <= PRECISION) {
      throw new InvalidInputException(
          "a picture of %s x %s pixels is too large for %s patches of %s pixels; crop it"
              .formatted(height, width, maxPatches, patch));
    }
    return new PatchGrid(
        (int) patches(height, fits, patch), (int) patches(width, fits, patch), patch);
  }

  private static long patches(int side, double scale, int patch) {
    return Math.clamp((long) Math.ceil(side * scale / patch), 1, Integer.MAX_VALUE);
  }

  /** Returns the number of patches. */
  public int size() {
    return rows * columns;
  }

  /** Returns the height of the resized image, in pixels. */
  public int height() {
    return rows * patch;
  }

  /** Returns the width of the resized image, in pixels. */
  public int width() {
    return columns * patch;
  }

  /**
   * Cuts an image of this grid's size into patches, row by row.
   *
   * @param pixels {@code float32[3, height, width]}, CHW, read from its position, which stays
   * @param out takes {@code float32[rows * columns, patch * patch * 3]} at its position, which is
   *     advanced; within a patch: rows, columns, channels
   */
  public void cut(FloatBuffer pixels, FloatBuffer out) {
    int plane = height() * width();
    int from = pixels.position();
    float[] line = new float[3 * patch];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        for (int y = 0; y < patch; y++) {
          int at = from + (row * patch + y) * width() + column * patch;
          for (int x = 0; x < patch; x++) {
            for (int channel = 0; channel < 3; channel++) {
              line[3 * x + channel] = pixels.get(at + channel * plane + x);
            }
          }
          out.put(line);
        }
      }
    }
  }
}
