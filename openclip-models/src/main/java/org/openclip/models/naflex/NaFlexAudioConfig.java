package org.openclip.models.naflex;

import java.util.List;
import java.util.Map;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;
import org.openclip.models.timm.NaFlexAudioTrunk;

/**
 * The choices of NaFlexCLAP's audio tower: {@code audio_cfg} with the model type {@code naflexvit}.
 *
 * @param patches how sounds are cut
 * @param trunk the transformer
 * @param normed whether features are normalised before the projection
 * @param relu whether the projection has ReLU between its layers, in the place of GELU
 */
record NaFlexAudioConfig(
    PatchSpectrogram patches, NaFlexAudioTrunk trunk, boolean normed, boolean relu) {
  private static final int SECONDS = 10;

  static NaFlexAudioConfig of(Map<String, Object> config) {
    ConfigReader reader = new ConfigReader("audio_cfg", config);
    // What is read for training alone, or by other towers.
    reader.ignore(
        "encoder",
        "model_type",
        "model_name",
        "audio_length",
        "clip_samples",
        "class_num",
        "pretrained",
        "fusion_type");
    for (String flag : List.of("training_head", "enable_fusion")) {
      if (reader.bool(flag, false)) {
        throw new InvalidConfigException(
            reader.at(flag), "is true, which is not supported here; leave it out");
      }
    }
    reader.choice("rope_type", "axial", List.of("axial"));
    PatchSpectrogram uncut = PatchSpectrogram.read(reader, "mel_bins");
    int most =
        reader.has("audio_seq_len")
            ? reader.positive("audio_seq_len", 1)
            : uncut.patchesOf(SECONDS * uncut.sampleRate());
    NaFlexAudioConfig read =
        new NaFlexAudioConfig(
            uncut.withMost(reader.at("audio_seq_len"), most),
            new NaFlexAudioTrunk(reader.map("naflexvit_cfg")),
            reader.bool("pre_norm", false),
            reader.choice("proj_act", "gelu", List.of("gelu", "relu")).equals("relu"));
    reader.finish();
    return read;
  }
}
