package org.openclip.api.model;

import org.openclip.api.InvalidInputException;
import org.openclip.api.image.ImageArea;

/**
 * One number for each patch of an image, such as the cosine similarity with a text, and where the
 * patches lie in the image.
 *
 * @param rows rows of patches
 * @param columns columns of patches
 * @param values {@code float[rows * columns]}, row by row; must not be changed
 * @param area what the grid of patches covers, in pixels of the image
 * @param imageWidth the width of the image, in pixels
 * @param imageHeight the height of the image, in pixels
 */
@SuppressWarnings("ArrayRecordComponent") // a map is its numbers
public record HeatMap(
    int rows, int columns, float[] values, ImageArea area, int imageWidth, int imageHeight) {
  /** Checks that there is one number for each patch. */
  public HeatMap {
    if (rows < 1 || columns < 1 || values.length != rows * columns) {
      throw new InvalidInputException(
          "a map of %s x %s patches has %s numbers; it needs one for each patch"
              .formatted(rows, columns, values.length));
    }
  }

  /** Returns the smallest number. */
  public float minimum() {
    float least = values[0];
    for (float value : values) {
      least = Math.min(least, value);
    }
    return least;
  }

  /** Returns the largest number. */
  public float maximum() {
    float most = values[0];
    for (float value : values) {
      most = Math.max(most, value);
    }
    return most;
  }

  /**
   * A place in an image.
   *
   * @param x pixels from the left edge, with fractions
   * @param y pixels from the upper edge, with fractions
   */
  public record Place(double x, double y) {}

  /** Returns the middle of the patch with the largest number. */
  public Place best() {
    int best = 0;
    for (int patch = 1; patch < values.length; patch++) {
      best = values[patch] > values[best] ? patch : best;
    }
    int row = best / columns;
    int column = best % columns;
    return new Place(
        area.left() + (column + 0.5) * area.width() / columns,
        area.top() + (row + 0.5) * area.height() / rows);
  }

  /**
   * Returns the number at a place of the image: interpolated linearly between the middles of the
   * patches, and NaN outside the part that the model has seen.
   *
   * @param x pixels from the left edge, with fractions
   * @param y pixels from the upper edge
   */
  public float at(double x, double y) {
    double column = (x - area.left()) / area.width() * columns;
    double row = (y - area.top()) / area.height() * rows;
    boolean seen = column >= 0 && row >= 0 && column <= columns && row <= rows;
    return seen ? interpolated(row - 0.5, column - 0.5) : Float.NaN;
  }

  private float interpolated(double row, double column) {
    double y = Math.clamp(row, 0, rows - 1.0);
    double x = Math.clamp(column, 0, columns - 1.0);
    int top = Math.min((int) y, rows - 1);
    int left = Math.min((int) x, columns - 1);
    int bottom = Math.min(top + 1, rows - 1);
    int right = Math.min(left + 1, columns - 1);
    double upper = mix(value(top, left), value(top, right), x - left);
    double lower = mix(value(bottom, left), value(bottom, right), x - left);
    return (float) mix(upper, lower, y - top);
  }

  private static double mix(double first, double second, double share) {
    return first + (second - first) * share;
  }

  private float value(int row, int column) {
    return values[row * columns + column];
  }

  /**
   * Returns the map in the size of the image: {@link #at} the middle of each pixel.
   *
   * @return {@code float[imageHeight * imageWidth]}, row by row
   */
  public float[] pixels() {
    float[] all = new float[Math.multiplyExact(imageWidth, imageHeight)];
    for (int y = 0; y < imageHeight; y++) {
      for (int x = 0; x < imageWidth; x++) {
        all[y * imageWidth + x] = at(x + 0.5, y + 0.5);
      }
    }
    return all;
  }
}
