package org.openclip.api.image;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;

/**
 * The image preprocessing of a model: OpenCLIP's {@code preprocess_cfg}.
 *
 * @param height the height of the result, in pixels
 * @param width the width of the result, in pixels
 * @param mean the means of red, green and blue, for values from 0 to 1
 * @param std the standard deviations of red, green and blue
 * @param interpolation the filter of the resize
 * @param resizeMode how an image of another aspect ratio is fitted
 * @param fillColor the grey level of the padding, 0 to 255
 * @param applyOrientation whether the EXIF orientation is applied first; the reference does not
 *     apply it
 */
public record PreprocessConfig(
    int height,
    int width,
    List<Double> mean,
    List<Double> std,
    Interpolation interpolation,
    ResizeMode resizeMode,
    int fillColor,
    boolean applyOrientation) {
  /** The filters of a resize. */
  public enum Interpolation {
    /** Keys' cubic convolution with a = -0.5. */
    BICUBIC,
    /** A triangle. */
    BILINEAR,
    /**
     * Bilinear or bicubic, drawn for each image, in training with timm's augmentation; otherwise
     * bicubic.
     */
    RANDOM;

    /** Returns the filter for evaluation, where nothing is random. */
    public Interpolation evaluated() {
      return this == RANDOM ? BICUBIC : this;
    }
  }

  /** How an image of another aspect ratio is fitted to the size. */
  public enum ResizeMode {
    /** The shorter side fits; the longer one is cropped at both ends. */
    SHORTEST,
    /** Both sides fit; the aspect ratio changes. */
    SQUASH,
    /** The longer side fits; the shorter one is padded at both ends. */
    LONGEST
  }

  /** OpenAI's preprocessing for 224 x 224 pixels. */
  public static final PreprocessConfig DEFAULT =
      new PreprocessConfig(
          224,
          224,
          List.of(0.48145466, 0.4578275, 0.40821073),
          List.of(0.26862954, 0.26130258, 0.27577711),
          Interpolation.BICUBIC,
          ResizeMode.SHORTEST,
          0,
          false);

  /** Checks the ranges and copies the lists. */
  public PreprocessConfig {
    if (height < 1 || width < 1 || height > 16384 || width > 16384) {
      throw new InvalidConfigException(
          "size", "is " + height + " x " + width + ", but must be from 1 to 16384");
    }
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    if (mean.size() != 3 || std.size() != 3) {
      throw new InvalidConfigException("mean", "and std must have three numbers each");
    }
    if (std.stream().anyMatch(s -> !(s > 0))) {
      throw new InvalidConfigException("std", "is " + std + ", but must be positive");
    }
    if (fillColor < 0 || fillColor > 255) {
      throw new InvalidConfigException(
          "fill_color", "is " + fillColor + ", but must be from 0 to 255");
    }
  }

  /**
   * Reads {@code preprocess_cfg}. Missing keys have the values of {@link #DEFAULT}.
   *
   * @throws InvalidConfigException when a key is unknown or a value is wrong
   */
  public static PreprocessConfig of(Map<String, ?> json) {
    ConfigReader reader = new ConfigReader("preprocess_cfg", json);
    int[] size = size(reader);
    reader.choice("mode", "RGB", List.of("RGB"));
    String filter =
        reader.choice("interpolation", "bicubic", List.of("bicubic", "bilinear", "random"));
    String mode =
        reader.choice("resize_mode", "shortest", List.of("shortest", "squash", "longest"));
    PreprocessConfig config =
        new PreprocessConfig(
            size[0],
            size[1],
            triple(reader, "mean", DEFAULT.mean),
            triple(reader, "std", DEFAULT.std),
            Interpolation.valueOf(filter.toUpperCase(Locale.ROOT)),
            ResizeMode.valueOf(mode.toUpperCase(Locale.ROOT)),
            reader.integer("fill_color", 0),
            reader.bool("exif_orientation", false));
    reader.finish();
    return config;
  }

  private static int[] size(ConfigReader reader) {
    if (reader.value("size") instanceof List<?>) {
      double[] sizes = reader.numbers("size");
      if (sizes == null || sizes.length != 2) {
        throw new InvalidConfigException(reader.at("size"), "must be a number or [height, width]");
      }
      return new int[] {(int) sizes[0], (int) sizes[1]};
    }
    int size = reader.integer("size", 224);
    return new int[] {size, size};
  }

  private static List<Double> triple(ConfigReader reader, String key, List<Double> otherwise) {
    if (reader.value(key) instanceof Number number) {
      return List.of(number.doubleValue(), number.doubleValue(), number.doubleValue());
    }
    double[] numbers = reader.numbers(key);
    return numbers == null ? otherwise : Arrays.stream(numbers).boxed().toList();
  }

  /** Returns the same preprocessing for another size. */
  public PreprocessConfig withSize(int newHeight, int newWidth) {
    return new PreprocessConfig(
        newHeight, newWidth, mean, std, interpolation, resizeMode, fillColor, applyOrientation);
  }

  /** Returns the same preprocessing with another resize. */
  public PreprocessConfig withResize(Interpolation newInterpolation, ResizeMode newMode) {
    return new PreprocessConfig(
        height, width, mean, std, newInterpolation, newMode, fillColor, applyOrientation);
  }

  /** Returns the JSON object that {@link #of} reads. */
  public Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("size", height == width ? height : List.of(height, width));
    json.put("mode", "RGB");
    json.put("mean", mean);
    json.put("std", std);
    json.put("interpolation", interpolation.name().toLowerCase(Locale.ROOT));
    json.put("resize_mode", resizeMode.name().toLowerCase(Locale.ROOT));
    json.put("fill_color", fillColor);
    if (applyOrientation) {
      json.put("exif_orientation", true);
    }
    return json;
  }
}
