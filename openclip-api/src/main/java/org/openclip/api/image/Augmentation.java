package org.openclip.api.image;

import java.util.Map;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;

/**
 * How pictures are varied in training: OpenCLIP's {@code aug_cfg} without timm's part.
 *
 * @param minScale the smallest share of the picture's area that is kept, above 0
 * @param maxScale the largest share, at most 1
 * @param minRatio the smallest width over height of what is kept
 * @param maxRatio the largest width over height
 * @param brightness how far brightness varies: its factor is from {@code 1 - b} to {@code 1 + b}
 * @param contrast how far contrast varies
 * @param saturation how far saturation varies
 * @param hue how far the hue turns at most, in whole turns, from 0 to 0.5
 * @param colorJitterProbability how often the four colour changes are made, from 0 to 1
 * @param greyProbability how often the colours go, from 0 to 1
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
    double greyProbability) {
  /** The reference's default: a crop of at least nine tenths, and colours as they are. */
  public static final Augmentation DEFAULT =
      new Augmentation(0.9, 1, 3.0 / 4, 4.0 / 3, 0, 0, 0, 0, 0, 0);

  /** Checks the ranges. */
  public Augmentation {
    check("scale", minScale > 0 && minScale <= maxScale && maxScale <= 1, "0 < min <= max <= 1");
    check("ratio", minRatio > 0 && minRatio <= maxRatio, "0 < min <= max");
    check(
        "color_jitter",
        brightness >= 0 && contrast >= 0 && saturation >= 0 && hue >= 0 && hue <= 0.5,
        "[brightness, contrast, saturation, hue], none negative, hue at most 0.5");
    check("color_jitter_prob", share(colorJitterProbability), "from 0 to 1");
    check("gray_scale_prob", share(greyProbability), "from 0 to 1");
  }

  private static boolean share(double probability) {
    return probability >= 0 && probability <= 1;
  }

  private static void check(String key, boolean holds, String bound) {
    if (!holds) {
      throw new InvalidConfigException("aug_cfg." + key, "must be " + bound);
    }
  }

  /**
   * Reads {@code aug_cfg}; what it does not say is as in {@link #DEFAULT}.
   *
   * @throws InvalidConfigException when a key is unknown, as timm's are, or a value is wrong
   */
  public static Augmentation of(Map<String, ?> json) {
    ConfigReader reader = new ConfigReader("aug_cfg", json);
    if (reader.bool("use_timm", false)) {
      throw new InvalidConfigException(
          "aug_cfg.use_timm", "is true, but timm's augmentation is not built in; leave it out");
    }
    double[] scale = numbers(reader, "scale", 2, DEFAULT.minScale, DEFAULT.maxScale);
    double[] ratio = numbers(reader, "ratio", 2, DEFAULT.minRatio, DEFAULT.maxRatio);
    double[] jitter = numbers(reader, "color_jitter", 4, 0, 0, 0, 0);
    Augmentation augmentation =
        new Augmentation(
            scale[0],
            scale[1],
            ratio[0],
            ratio[1],
            jitter[0],
            jitter[1],
            jitter[2],
            jitter[3],
            reader.number("color_jitter_prob", 0),
            reader.number("gray_scale_prob", 0));
    reader.finish();
    return augmentation;
  }

  private static double[] numbers(ConfigReader reader, String key, int count, double... otherwise) {
    if (reader.value(key) instanceof Number number && count == 4) {
      double one = number.doubleValue();
      // One number stands for brightness, contrast and saturation, as in torchvision.
      return new double[] {one, one, one, 0};
    }
    double[] numbers = reader.numbers(key);
    if (numbers == null) {
      return otherwise;
    }
    if (numbers.length != count) {
      throw new InvalidConfigException(
          reader.at(key), "has " + numbers.length + " numbers, but takes " + count);
    }
    return numbers;
  }
}
