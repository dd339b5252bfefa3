package org.openclip.api.graph;

/**
 * The grid of the patches of a tower, from the top left of its image.
 *
 * @param rows rows of patches
 * @param columns columns of patches
 * @param cellHeight the distance of two rows, in pixels of the tower's image
 * @param cellWidth the distance of two columns, in pixels of the tower's image
 */
public record DenseGrid(int rows, int columns, double cellHeight, double cellWidth) {
  /**
   * Returns a grid whose cells are as far apart as the strides of the layers in front of it, or
   * that divides the image evenly where strides alone do not explain its size.
   */
  static DenseGrid of(Shape image, long rows, long columns, long down, long across) {
    return new DenseGrid(
        Math.toIntExact(rows),
        Math.toIntExact(columns),
        cell(image.size(2), rows, down),
        cell(image.size(3), columns, across));
  }

  private static double cell(long pixels, long cells, long stride) {
    boolean explained = (cells - 1) * stride < pixels && pixels < (cells + 1) * stride;
    return explained ? stride : (double) pixels / cells;
  }
}
