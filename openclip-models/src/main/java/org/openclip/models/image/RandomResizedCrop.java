package org.openclip.models.image;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.random.RandomGenerator;
import org.openclip.api.image.Augmentation;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImageAugmenter;
import org.openclip.api.image.PatchGrid;
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
        part(image, parts, augmentation.minRatio(), augmentation.maxRatio(), random);
    StandardPreprocessor resize = filter(random);
    byte[] rgb = resize.resize(crop(image, part));
    changeColours(rgb, random);
    FloatBuffer picture = out.slice();
    resize.normalise(rgb, out);
    erasing.apply(picture, random);
  }

  /** The part's aspect ratio is drawn relative to that of the picture, as timm does for NaFlex. */
  @Override
  public PatchGrid cut(
      Image given, int patch, int maxPatches, RandomGenerator random, FloatBuffer out) {
    Image image = upright ? Orientation.upright(given) : given;
    double own = (double) image.width() / image.height();
    double minRatio = own * augmentation.minRatio();
    double maxRatio = own * augmentation.maxRatio();
    RandomPart relative =
        new RandomPart(augmentation.minScale(), augmentation.maxScale(), minRatio, maxRatio, true);
    RandomPart.Part part = part(image, relative, minRatio, maxRatio, random);
    StandardPreprocessor resize = filter(random);
    PatchGrid grid = PatchGrid.fit(part.height(), part.width(), patch, maxPatches);
    byte[] rgb = resize.resize(crop(image, part), grid);
    changeColours(rgb, random);
    FloatBuffer picture = FloatBuffer.allocate(rgb.length);
    resize.normalise(rgb, picture.duplicate());
    new RandomErasing(augmentation.erasing(), grid.width(), grid.height()).apply(picture, random);
    grid.cut(picture, out);
    return grid;
  }

  private StandardPreprocessor filter(RandomGenerator random) {
    return resizes.get(resizes.size() == 1 ? 0 : random.nextInt(resizes.size()));
  }

  private void changeColours(byte[] rgb, RandomGenerator random) {
    if (random.nextDouble() < augmentation.colorJitterProbability()) {
      jitter.apply(rgb, random);
    }
    if (random.nextDouble() < augmentation.greyProbability()) {
      ColorJitter.toGrey(rgb);
    }
  }

  /** A picture that is too long for any part takes the middle one of the bounding shape. */
  private static RandomPart.Part part(
      Image image, RandomPart parts, double minRatio, double maxRatio, RandomGenerator random) {
    int width = image.width();
    int height = image.height();
    return parts
        .draw(width, height, random)
        .orElseGet(
            () -> {
              double ratio = (double) width / height;
              int w = width;
              int h = height;
              if (ratio < minRatio) {
                h = Math.max(1, (int) Math.rint(width / minRatio));
              } else if (ratio > maxRatio) {
                w = Math.max(1, (int) Math.rint(height * maxRatio));
              }
              return new RandomPart.Part((width - w) / 2, (height - h) / 2, w, h);
            });
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
