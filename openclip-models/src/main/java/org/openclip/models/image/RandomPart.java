package org.openclip.models.image;

import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Rectangles of random area, shape and place in a picture, drawn as torchvision and timm draw them:
 * the area uniformly, the logarithm of the shape uniformly, and both again when they do not fit.
 *
 * @param minShare the smallest share of the picture's area
 * @param maxShare the largest share
 * @param minRatio the smallest width over height
 * @param maxRatio the largest width over height
 * @param whole whether one may be as wide or as high as the picture
 */
record RandomPart(
    double minShare, double maxShare, double minRatio, double maxRatio, boolean whole) {
  private static final int ATTEMPTS = 10;

  /** A part of a picture, in pixels. */
  record Part(int left, int top, int width, int height) {}

  /** Draws a part; empty when ten in a row do not fit. */
  Optional<Part> draw(int width, int height, RandomGenerator random) {
    double area = (double) width * height;
    double logMin = Math.log(minRatio);
    double logMax = Math.log(maxRatio);
    int mostWidth = whole ? width : width - 1;
    int mostHeight = whole ? height : height - 1;
    for (int i = 0; i < ATTEMPTS; i++) {
      double target = area * between(minShare, maxShare, random);
      double ratio = Math.exp(between(logMin, logMax, random));
      int w = (int) Math.rint(Math.sqrt(target * ratio));
      int h = (int) Math.rint(Math.sqrt(target / ratio));
      if (w > 0 && w <= mostWidth && h > 0 && h <= mostHeight) {
        return Optional.of(
            new Part(random.nextInt(width - w + 1), random.nextInt(height - h + 1), w, h));
      }
    }
    return Optional.empty();
  }

  private static double between(double low, double high, RandomGenerator random) {
    return low + (high - low) * random.nextDouble();
  }
}
