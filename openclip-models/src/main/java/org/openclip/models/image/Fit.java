package org.openclip.models.image;

import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.image.PreprocessConfig.Interpolation;

/**
 * Where a picture lands: the size that the whole of it would be resized to, and the window of the
 * result that is kept. Sizes and offsets are rounded as torchvision and Python round them.
 *
 * @param fullWidth columns of the whole resized picture
 * @param fullHeight rows of the whole resized picture
 * @param left the first column kept
 * @param top the first row kept
 * @param width columns kept
 * @param height rows kept
 * @param padLeft columns of fill before them
 * @param padTop rows of fill above them
 * @param interpolation the filter, bicubic or bilinear
 */
record Fit(
    int fullWidth,
    int fullHeight,
    int left,
    int top,
    int width,
    int height,
    int padLeft,
    int padTop,
    Interpolation interpolation) {

  static Fit of(int width, int height, PreprocessConfig config) {
    int wantedWidth = config.width();
    int wantedHeight = config.height();
    Interpolation filter = config.interpolation().evaluated();
    int fullWidth = wantedWidth;
    int fullHeight = wantedHeight;
    switch (config.resizeMode()) {
      case SQUASH -> {}
      case SHORTEST -> {
        if (wantedWidth == wantedHeight) {
          // The longer side is cut off to a whole number.
          if (width <= height) {
            fullHeight = longSide(wantedWidth, height, width);
          } else {
            fullWidth = longSide(wantedWidth, width, height);
          }
        } else {
          // The reference takes no notice of the filter that a rectangular size asks for.
          filter = Interpolation.BICUBIC;
          double ratio = Math.min((double) height / wantedHeight, (double) width / wantedWidth);
          fullWidth = side(width / ratio);
          fullHeight = side(height / ratio);
        }
      }
      case LONGEST -> {
        double ratio = Math.max((double) height / wantedHeight, (double) width / wantedWidth);
        fullWidth = side(width / ratio);
        fullHeight = side(height / ratio);
      }
    }
    int keptWidth = Math.min(fullWidth, wantedWidth);
    int keptHeight = Math.min(fullHeight, wantedHeight);
    return new Fit(
        fullWidth,
        fullHeight,
        (int) Math.rint((fullWidth - keptWidth) / 2.0),
        (int) Math.rint((fullHeight - keptHeight) / 2.0),
        keptWidth,
        keptHeight,
        (wantedWidth - keptWidth) / 2,
        (wantedHeight - keptHeight) / 2,
        filter);
  }

  /** Returns where a picture lands that is brought to a size as a whole, whatever its shape. */
  static Fit whole(int width, int height, PreprocessConfig config) {
    return new Fit(width, height, 0, 0, width, height, 0, 0, config.interpolation().evaluated());
  }

  private static int longSide(int size, int longer, int shorter) {
    return (int) ((double) size * longer / shorter);
  }

  /** Rounds half to even; a side that would vanish keeps one pixel. */
  private static int side(double size) {
    return Math.max(1, (int) Math.rint(size));
  }
}
