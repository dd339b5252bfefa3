package org.openclip.api.image;

import java.util.Arrays;
import java.util.Map;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;

/**
 * The image augmentation of training: OpenCLIP's {@code aug_cfg}, with or without timm's
 * augmentation.
 *
 * @param minScale the smallest area of the crop, as a share of the image, above 0
 * @param maxScale the largest share, at most 1
 * @param minRatio the smallest aspect ratio of the crop, width divided by height
 * @param maxRatio the largest aspect ratio of the crop
 * @param brightness the jitter of the brightness: its factor is from {@code 1 - b} to {@code 1 + b}
 * @param contrast the jitter of the contrast
 * @param saturation the jitter of the saturation
 * @param hue the largest change of the hue, in whole turns, from 0 to 0.5
 * @param colorJitterProbability the probability of colour jitter, from 0 to 1
 * @param greyProbability the probability of converting to grey, from 0 to 1
 * @param erasing the random erasing
 * @param timm whether this is timm's augmentation. It resizes the crop with the filter of the
 *     preprocessing, and draws the filter for {@link PreprocessConfig.Interpolation#RANDOM}.
 *     Without timm the filter is bicubic
 */
public record Augmentation(
    double minScale,
    double maxScale,
    double minRatio,
    double maxRatio,
    double brightness,
    double contrast,
    double saturation,
    double hue,
    double colorJitterProbability,
    double greyProbability,
    Erasing erasing,
    boolean timm) {
  /**
   * Random erasing of rectangles of an image (Zhong et al. 2017, arXiv 1708.04896).
   *
   * @param probability the probability of erasing, from 0 to 1
   * @param count the largest number of rectangles, at least 1. The number is drawn from 1 to this,
   *     and the rectangles share the area of one
   */
  public record Erasing(double probability, int count) {
    /** Nothing is erased. */
    public static final Erasing NONE = new Erasing(0, 1);

    /** Checks the ranges. */
    public Erasing {
      Bounds.share("re_prob", probability);
      Bounds.check("re_count", count >= 1, "at least 1");
    }
  }

  /** The reference's default: a crop of at least nine tenths of the area, without colour jitter. */
  public static final Augmentation DEFAULT =
      new Augmentation(0.9, 1, 3.0 / 4, 4.0 / 3, 0, 0, 0, 0, 0, 0, Erasing.NONE, false);

  /** Checks the ranges. */
  public Augmentation {
    Bounds.check(
        "scale", minScale > 0 && minScale <= maxScale && maxScale <= 1, "0 < min <= max <= 1");
    Bounds.check("ratio", minRatio > 0 && minRatio <= maxRatio, "0 < min <= max");
    Bounds.check(
        "color_jitter",
        brightness >= 0 && contrast >= 0 && saturation >= 0 && hue >= 0 && hue <= 0.5,
        "[brightness, contrast, saturation, hue], none negative, hue at most 0.5");
    Bounds.share("color_jitter_prob", colorJitterProbability);
    Bounds.share("gray_scale_prob", greyProbability);
  }

  /**
   * The range checks, in a class of their own so that {@link Erasing} can be initialised before
   * {@link #DEFAULT}.
   */
  private static final class Bounds {
    static void share(String key, double probability) {
      check(key, probability >= 0 && probability <= 1, "from 0 to 1");
    }

    static void check(String key, boolean holds, String bound) {
      if (!holds) {
        throw new InvalidConfigException("aug_cfg." + key, "must be " + bound);
      }
    }
  }

  /**
   * Reads {@code aug_cfg}. Missing keys have the values of {@link #DEFAULT}.
   *
   * <p>With {@code use_timm} and {@code color_jitter}, every image gets colour jitter, and no image
   * is converted to grey. As in the reference, {@code color_jitter_prob} and {@code
   * gray_scale_prob} are not passed on to timm.
   *
   * @throws InvalidConfigException when a key is unknown or a value is wrong
   */
  public static Augmentation of(Map<String, ?> json) {
    ConfigReader reader = new ConfigReader("aug_cfg", json);
    boolean timm = reader.bool("use_timm", false);
    if (reader.bool("naflex", false)) {
      throw new InvalidConfigException(
          reader.at("naflex"),
          "is true, but the augmentation does not decide whether images are cut into patches; leave"
              + " it out, and call ImageAugmenter.cut");
    }
    double[] scale = pair(reader, "scale", DEFAULT.minScale, DEFAULT.maxScale);
    double[] ratio = pair(reader, "ratio", DEFAULT.minRatio, DEFAULT.maxRatio);
    double[] jitter = jitter(reader, timm);
    double jitterProbability = reader.number("color_jitter_prob", 0);
    double greyProbability = reader.number("gray_scale_prob", 0);
    Erasing erasing =
        new Erasing(
            reader.number("re_prob", Erasing.NONE.probability),
            reader.integer("re_count", Erasing.NONE.count));
    reader.finish();
    if (!timm && !erasing.equals(Erasing.NONE)) {
      throw new InvalidConfigException(
          reader.at("re_prob"),
          "and re_count need timm's augmentation; also set use_timm=true, or leave them out");
    }
    return new Augmentation(
        scale[0],
        scale[1],
        ratio[0],
        ratio[1],
        jitter[0],
        jitter[1],
        jitter[2],
        jitter[3],
        timm ? (reader.has("color_jitter") ? 1 : 0) : jitterProbability,
        timm ? 0 : greyProbability,
        erasing,
        timm);
  }

  private static double[] pair(ConfigReader reader, String key, double low, double high) {
    double[] numbers = reader.numbers(key);
    if (numbers == null) {
      return new double[] {low, high};
    }
    if (numbers.length != 2) {
      throw new InvalidConfigException(
          reader.at(key),
          "has " + numbers.length + " numbers, but must have 2: the minimum and the maximum");
    }
    return numbers;
  }

  /** Returns brightness, contrast, saturation and hue; all 0 where nothing is said. */
  private static double[] jitter(ConfigReader reader, boolean timm) {
    String key = "color_jitter";
    if (reader.value(key) instanceof Number number) {
      double one = number.doubleValue();
      // One number stands for brightness, contrast and saturation, as in torchvision.
      return new double[] {one, one, one, 0};
    }
    double[] numbers = reader.numbers(key);
    if (numbers == null) {
      return new double[4];
    }
    if (numbers.length != 4 && !(timm && numbers.length == 3)) {
      throw new InvalidConfigException(
          reader.at(key),
          "has %s numbers, but must have 4: brightness, contrast, saturation and hue%s"
              .formatted(numbers.length, timm ? ", or the first three" : ""));
    }
    return Arrays.copyOf(numbers, 4);
  }
}
