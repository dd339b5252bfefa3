package org.openclip.models.audio;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;

/**
 * The sizes of an HTSAT tower: OpenCLIP's {@code audio_cfg}.
 *
 * @param samples the number of samples of a clip
 * @param sampleRate the number of samples of a second
 * @param bands the number of mel bands
 * @param window the number of samples of a window
 * @param hop the number of samples between two windows
 * @param lowest the lowest frequency, in Hz
 * @param highest the highest frequency, in Hz
 * @param fusion whether the tower was trained to fuse parts of longer sounds
 * @param side the side of the square picture that the spectrogram becomes
 * @param width the width of the first stage
 * @param depths the number of blocks of each stage
 * @param heads the number of attention heads of each stage
 * @param normed whether features are normalised before the projection
 * @param relu whether the projection has ReLU between its layers, in the place of GELU
 * @param dropPath the rate at which training drops branches of the last block; of those before it
 *     proportionally less
 */
@SuppressWarnings("ArrayRecordComponent")
record HtsatConfig(
    int samples,
    int sampleRate,
    int bands,
    int window,
    int hop,
    int lowest,
    int highest,
    boolean fusion,
    int side,
    int width,
    int[] depths,
    int[] heads,
    boolean normed,
    boolean relu,
    double dropPath) {
  static final int PATCH = 4;

  private static final double DROP_PATH = 0.1;
  private static final int SIDE = 256;
  private static final int STAGES = 8;
  private static final int[] HEADS = {4, 8, 16, 32};
  private static final Map<String, Integer> WIDTHS = Map.of("tiny", 96, "base", 128, "large", 256);
  private static final Map<String, int[]> DEPTHS =
      Map.of(
          "tiny", new int[] {2, 2, 6, 2},
          "base", new int[] {2, 2, 12, 2},
          "large", new int[] {2, 2, 12, 2});

  static HtsatConfig of(Map<String, Object> config) {
    ConfigReader reader = new ConfigReader("audio_cfg", config);
    // What is read for training alone, or by other towers.
    reader.ignore("encoder", "model_type", "audio_length", "class_num", "pretrained");
    String name = reader.choice("model_name", "tiny", List.of("tiny", "base", "large"));
    if (reader.bool("training_head", false)) {
      throw new InvalidConfigException(
          reader.at("training_head"), "is true, which is not supported; leave it out");
    }
    reader.choice("fusion_type", "aff_2d", List.of("aff_2d"));
    HtsatConfig read =
        new HtsatConfig(
            reader.integer("clip_samples", 480000),
            reader.integer("sample_rate", 48000),
            reader.integer("mel_bins", 64),
            reader.integer("window_size", 1024),
            reader.integer("hop_size", 480),
            reader.integer("fmin", 50),
            reader.integer("fmax", 14000),
            reader.bool("enable_fusion", false),
            reader.integer("spec_size", SIDE),
            reader.integer("width", WIDTHS.getOrDefault(name, 0)),
            integers(reader, "depths", DEPTHS.getOrDefault(name, HEADS)),
            integers(reader, "heads", HEADS),
            reader.bool("pre_norm", false),
            reader.choice("proj_act", "gelu", List.of("gelu", "relu")).equals("relu"),
            reader.number("drop_path_rate", DROP_PATH));
    reader.finish();
    read.check();
    return read;
  }

  private static int[] integers(ConfigReader reader, String key, int[] otherwise) {
    double @Nullable [] given = reader.numbers(key);
    return given == null ? otherwise : Arrays.stream(given).mapToInt(n -> (int) n).toArray();
  }

  private void check() {
    if (depths.length < 1 || depths.length > STAGES || Arrays.stream(depths).anyMatch(n -> n < 1)) {
      throw new InvalidConfigException(
          "audio_cfg.depths",
          "is %s, but must be 1 to %s whole numbers above 0"
              .formatted(Arrays.toString(depths), STAGES));
    }
    if (bands < 1 || side % bands != 0 || side % (PATCH << (depths.length - 1)) != 0) {
      throw new InvalidConfigException(
          "audio_cfg.mel_bins",
          "is %s, but must divide the picture's side %s".formatted(bands, side));
    }
    if (window < 2 || hop < 1 || samples < window || frames() > pictureFrames()) {
      throw new InvalidConfigException(
          "audio_cfg.clip_samples",
          "is %s, which gives %s frames each %s samples, but must be at least a window of %s and give at most %s"
              .formatted(samples, hop < 1 ? 0 : frames(), hop, window, pictureFrames()));
    }
    if (!(dropPath >= 0 && dropPath < 1)) {
      throw new InvalidConfigException(
          "audio_cfg.drop_path_rate", "is " + dropPath + ", but must be from 0 to below 1");
    }
    if (heads.length != depths.length) {
      throw new InvalidConfigException(
          "audio_cfg.heads",
          "has %s stages, but depths has %s".formatted(heads.length, depths.length));
    }
    for (int i = 0; i < heads.length; i++) {
      if (heads[i] < 1 || (width << i) % heads[i] != 0) {
        throw new InvalidConfigException(
            "audio_cfg.heads",
            "is %s in stage %s, which does not divide the width %s"
                .formatted(heads[i], i, width << i));
      }
    }
    if (lowest < 0 || highest <= lowest || highest > sampleRate / 2) {
      throw new InvalidConfigException(
          "audio_cfg.fmax",
          "is %s, but must be above fmin %s and at most half of the sample rate %s"
              .formatted(highest, lowest, sampleRate));
    }
  }

  /** Returns the number of frames of a clip. */
  int frames() {
    return samples / hop + 1;
  }

  /** Returns the number of frames that the picture has room for. */
  int pictureFrames() {
    return side * (side / bands);
  }
}
