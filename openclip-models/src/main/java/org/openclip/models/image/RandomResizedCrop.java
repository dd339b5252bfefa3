package org.openclip.models.image;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.random.RandomGenerator;
import org.openclip.api.image.Augmentation;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImageAugmenter;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.image.PreprocessConfig.Interpolation;
import org.openclip.api.image.PreprocessConfig.ResizeMode;

/**
 * The augmentation of OpenCLIP's training: a part of random area and shape, brought to the tower's
 * size by a resize (Szegedy et al. 2014, arXiv 1409.4842), then changes of colour, and with timm's
 * augmentation rectangles that are erased.
 */
final class RandomResizedCrop implements ImageAugmenter {
  private final Augmentation augmentation;
  private final RandomPart parts;
  private final ColorJitter jitter;
  private final RandomErasing erasing;

  /** What brings a part to the tower's size, one for each filter that is drawn from. */
  private final List<StandardPreprocessor> resizes;

  private final boolean upright;

  RandomResizedCrop(PreprocessConfig config, Augmentation augmentation) {
    this.augmentation = augmentation;
    this.parts =
        new RandomPart(
            augmentation.minScale(),
            augmentation.maxScale(),
            augmentation.minRatio(),
            augmentation.maxRatio(),
            true);
    this.jitter = new ColorJitter(augmentation);
    this.erasing = new RandomErasing(augmentation.erasing(), config.width(), config.height());
    this.resizes =
        filters(config, augmentation).stream()
            .map(filter -> config.withResize(filter, ResizeMode.SQUASH))
            .map(StandardPreprocessor::new)
            .toList();
    this.upright = config.applyOrientation();
  }

  private static List<Interpolation> filters(PreprocessConfig config, Augmentation augmentation) {
    if (!augmentation.timm()) {
      return List.of(Interpolation.BICUBIC);
    }
    return config.interpolation() == Interpolation.RANDOM
        ? List.of(Interpolation.BILINEAR, Interpolation.BICUBIC)
        : List.of(config.interpolation());
  }

  @Override
  public void augment(Image given, RandomGenerator random, FloatBuffer out) {
    Image image = upright ? Orientation.upright(given) : given;
    RandomPart.Part part =
        parts
            .draw(image.width(), image.height(), random)
            .orElseGet(() -> centre(image.width(), image.height()));
    int filter = resizes.size() == 1 ? 0 : random.nextInt(resizes.size());
    StandardPreprocessor resize = resizes.get(filter);
    byte[] rgb = resize.resize(crop(image, part));
    if (random.nextDouble() < augmentation.colorJitterProbability()) {
      jitter.apply(rgb, random);
    }
    if (random.nextDouble() < augmentation.greyProbability()) {
      ColorJitter.toGrey(rgb);
    }
    FloatBuffer picture = out.slice();
    resize.normalise(rgb, out);
    erasing.apply(picture, random);
  }

  /** A picture that is too long for any part takes the middle one of the bounding shape. */
  private RandomPart.Part centre(int width, int height) {
    double ratio = (double) width / height;
    int w = width;
    int h = height;
    if (ratio < augmentation.minRatio()) {
      h = (int) Math.rint(width / augmentation.minRatio());
    } else if (ratio > augmentation.maxRatio()) {
      w = (int) Math.rint(height * augmentation.maxRatio());
    }
    return new RandomPart.Part((width - w) / 2, (height - h) / 2, w, h);
  }

  private static Image crop(Image image, RandomPart.Part part) {
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
