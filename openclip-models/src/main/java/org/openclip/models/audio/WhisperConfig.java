package org.openclip.models.audio;

import java.util.List;
import java.util.Map;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;

/**
 * The sizes of a Whisper tower: OpenCLIP's {@code audio_cfg}.
 *
 * @param samples the number of samples of a clip
 * @param width the width of the sequence
 * @param heads the number of attention heads
 * @param layers the number of blocks
 * @param normed whether features are normalised before the projection
 * @param relu whether the projection has ReLU between its layers, in the place of GELU
 */
record WhisperConfig(int samples, int width, int heads, int layers, boolean normed, boolean relu) {
  private static final Map<String, int[]> SIZES =
      Map.of(
          "tiny", new int[] {384, 6, 4},
          "base", new int[] {512, 8, 6},
          "small", new int[] {768, 12, 12},
          "medium", new int[] {1024, 16, 24},
          "large", new int[] {1280, 20, 32});

  static WhisperConfig of(Map<String, Object> config) {
    ConfigReader reader = new ConfigReader("audio_cfg", config);
    // What HTSAT reads, and what is only read for training.
    reader.ignore(
        "encoder",
        "model_type",
        "audio_length",
        "fmin",
        "fmax",
        "class_num",
        "enable_fusion",
        "fusion_type",
        "pretrained");
    fixed(reader, "sample_rate", WhisperSpectrogram.SAMPLE_RATE);
    fixed(reader, "mel_bins", WhisperSpectrogram.BANDS);
    fixed(reader, "window_size", WhisperSpectrogram.WINDOW);
    fixed(reader, "hop_size", WhisperSpectrogram.HOP);
    if (reader.bool("training_head", false)) {
      throw new InvalidConfigException(
          reader.at("training_head"), "is true, which is not supported; leave it out");
    }
    int[] size =
        SIZES.getOrDefault(
            reader.choice(
                "model_name", "tiny", List.of("tiny", "base", "small", "medium", "large")),
            new int[3]);
    WhisperConfig read =
        new WhisperConfig(
            reader.integer("clip_samples", 480000),
            reader.integer("width", size[0]),
            reader.integer("heads", size[1]),
            reader.integer("layers", size[2]),
            reader.bool("pre_norm", false),
            reader.choice("proj_act", "gelu", List.of("gelu", "relu")).equals("relu"));
    reader.finish();
    int frames = read.samples / WhisperSpectrogram.HOP;
    if (read.samples < 4 * WhisperSpectrogram.HOP
        || read.samples % WhisperSpectrogram.HOP != 0
        || frames % 4 != 0) {
      throw new InvalidConfigException(
          "audio_cfg.clip_samples",
          "is " + read.samples + ", but must be a multiple of 640, four frames");
    }
    if (read.layers < 1 || read.heads < 1 || read.width < 4 || read.width % (2 * read.heads) != 0) {
      throw new InvalidConfigException(
          "audio_cfg.width",
          "is %s with %s heads and %s layers, but must be a multiple of twice the heads"
              .formatted(read.width, read.heads, read.layers));
    }
    return read;
  }

  private static void fixed(ConfigReader reader, String key, int only) {
    int value = reader.integer(key, only);
    if (value != only) {
      throw new InvalidConfigException(
          reader.at(key), "is " + value + ", but Whisper reads " + only + " and nothing else");
    }
  }
}
