package org.openclip.models.image;

import java.nio.FloatBuffer;
import java.util.random.RandomGenerator;
import org.openclip.api.image.Augmentation;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImageAugmenter;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.image.PreprocessConfig.Interpolation;
import org.openclip.api.image.PreprocessConfig.ResizeMode;

/**
 * The augmentation of OpenCLIP's training: a part of random area and shape, brought to the tower's
 * size by a bicubic resize, then changes of colour (Szegedy et al. 2014, arXiv 1409.4842; drawn as
 * torchvision's {@code RandomResizedCrop} draws).
 */
final class RandomResizedCrop implements ImageAugmenter {
  private static final int ATTEMPTS = 10;

  private final Augmentation augmentation;
  private final StandardPreprocessor squash;
  private final ColorJitter jitter;
  private final boolean upright;

  RandomResizedCrop(PreprocessConfig config, Augmentation augmentation) {
    this.augmentation = augmentation;
    this.squash =
        new StandardPreprocessor(
            new PreprocessConfig(
                config.height(),
                config.width(),
                config.mean(),
                config.std(),
                Interpolation.BICUBIC,
                ResizeMode.SQUASH,
                config.fillColor(),
                false));
    this.upright = config.applyOrientation();
    this.jitter = new ColorJitter(augmentation);
  }

  /** The part of a picture that is kept, in pixels. */
  private record Part(int left, int top, int width, int height) {}

  @Override
  public void augment(Image given, RandomGenerator random, FloatBuffer out) {
    Image image = upright ? Orientation.upright(given) : given;
    Part part = draw(image.width(), image.height(), random);
    byte[] rgb = squash.resize(crop(image, part));
    if (random.nextDouble() < augmentation.colorJitterProbability()) {
      jitter.apply(rgb, random);
    }
    if (random.nextDouble() < augmentation.greyProbability()) {
      ColorJitter.toGrey(rgb);
    }
    squash.normalise(rgb, out);
  }

  private Part draw(int width, int height, RandomGenerator random) {
    double area = (double) width * height;
    double logMin = Math.log(augmentation.minRatio());
    double logMax = Math.log(augmentation.maxRatio());
    for (int i = 0; i < ATTEMPTS; i++) {
      double target = area * between(augmentation.minScale(), augmentation.maxScale(), random);
      double ratio = Math.exp(between(logMin, logMax, random));
      int w = (int) Math.rint(Math.sqrt(target * ratio));
      int h = (int) Math.rint(Math.sqrt(target / ratio));
      if (w > 0 && w <= width && h > 0 && h <= height) {
        return new Part(random.nextInt(width - w + 1), random.nextInt(height - h + 1), w, h);
      }
    }
    return centre(width, height);
  }

  /** A picture that is too long for any part takes the middle one of the bounding shape. */
  private Part centre(int width, int height) {
    double ratio = (double) width / height;
    int w = width;
    int h = height;
    if (ratio < augmentation.minRatio()) {
      h = (int) Math.rint(width / augmentation.minRatio());
    } else if (ratio > augmentation.maxRatio()) {
      w = (int) Math.rint(height * augmentation.maxRatio());
    }
    return new Part((width - w) / 2, (height - h) / 2, w, h);
  }

  private static double between(double low, double high, RandomGenerator random) {
    return low + (high - low) * random.nextDouble();
  }

  private static Image crop(Image image, Part part) {
    if (part.width() == image.width() && part.height() == image.height()) {
      return image;
    }
    Plane plane =
        new Plane(image.width(), image.height(), image.mode().bytes(), image.pixels())
            .crop(part.left(), part.top(), part.width(), part.height());
    return new Image(
        part.width(),
        part.height(),
        image.mode(),
        plane.bytes(),
        image.palette(),
        image.orientation());
  }
}
