package org.openclip.hub.runtime;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openclip.api.encoder.ImageEncoder;
import org.openclip.api.encoder.PatchImageEncoder;
import org.openclip.api.graph.DenseGrid;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImageArea;
import org.openclip.api.image.ImagePreprocessor;
import org.openclip.api.image.PatchGrid;
import org.openclip.api.model.HeatMap;

/**
 * Where the patches of a tower lie in an image.
 *
 * @param encoder the tower
 * @param grid its patches; null when each image has a grid of its own
 */
record PatchPlaces(ImageEncoder encoder, @Nullable DenseGrid grid) {
  /** Returns the places in an image that is preprocessed; their numbers are 0. */
  HeatMap of(Image image, ImagePreprocessor preprocessor) {
    boolean turned = preprocessor.config().applyOrientation() && image.orientation() > 4;
    int width = turned ? image.height() : image.width();
    int height = turned ? image.width() : image.height();
    if (encoder instanceof PatchImageEncoder flexible) {
      PatchGrid own = PatchGrid.fit(height, width, flexible.patchSize(), flexible.maxPatches());
      return empty(own.rows(), own.columns(), ImageArea.whole(width, height), width, height);
    }
    return ofWhole(preprocessor.seen(image), width, height);
  }

  /**
   * Returns the places in an image that is preprocessed already.
   *
   * @param height its height, in pixels
   * @param width its width, in pixels
   */
  HeatMap of(int height, int width) {
    ImageArea whole = ImageArea.whole(width, height);
    if (encoder instanceof PatchImageEncoder flexible) {
      int patch = flexible.patchSize();
      return empty(height / patch, width / patch, whole, width, height);
    }
    return ofWhole(whole, width, height);
  }

  /** Places the grid, which may end before the right and lower edge of what the tower sees. */
  private HeatMap ofWhole(ImageArea seen, int width, int height) {
    DenseGrid fixed = Objects.requireNonNull(grid);
    double across = fixed.columns() * fixed.cellWidth() / encoder.width();
    double down = fixed.rows() * fixed.cellHeight() / encoder.height();
    return empty(fixed.rows(), fixed.columns(), seen.corner(across, down), width, height);
  }

  private static HeatMap empty(int rows, int columns, ImageArea area, int width, int height) {
    return new HeatMap(rows, columns, new float[rows * columns], area, width, height);
  }
}
