package org.openclip.models.image;

import java.nio.FloatBuffer;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.openclip.api.image.Augmentation;

/**
 * Rectangles of a normalised picture that become noise: each number is drawn from the normal
 * distribution of mean 0 and deviation 1 (Zhong et al. 2017, arXiv 1708.04896; areas and shapes as
 * timm's {@code RandomErasing} draws them, in its mode {@code pixel}).
 *
 * @param settings how often, and how many
 * @param width columns of the picture
 * @param height rows of the picture
 */
record RandomErasing(Augmentation.Erasing settings, int width, int height) {
  private static final double MIN_SHARE = 0.02;
  private static final double MAX_SHARE = 1.0 / 3;
  private static final double MIN_RATIO = 0.3;

  /**
   * Erases, or not.
   *
   * @param picture {@code float32[3, height, width]}, CHW, from index 0
   */
  void apply(FloatBuffer picture, RandomGenerator random) {
    if (settings.probability() == 0 || random.nextDouble() >= settings.probability()) {
      return;
    }
    int count = 1 + random.nextInt(settings.count());
    RandomPart parts =
        new RandomPart(MIN_SHARE / count, MAX_SHARE / count, MIN_RATIO, 1 / MIN_RATIO, false);
    for (int i = 0; i < count; i++) {
      Optional<RandomPart.Part> part = parts.draw(width, height, random);
      part.ifPresent(erased -> fill(picture, erased, random));
    }
  }

  private void fill(FloatBuffer picture, RandomPart.Part part, RandomGenerator random) {
    float[] noise = new float[part.width()];
    for (int channel = 0; channel < 3; channel++) {
      for (int row = part.top(); row < part.top() + part.height(); row++) {
        for (int i = 0; i < noise.length; i++) {
          noise[i] = (float) random.nextGaussian();
        }
        picture.put((channel * height + row) * width + part.left(), noise);
      }
    }
  }
}
