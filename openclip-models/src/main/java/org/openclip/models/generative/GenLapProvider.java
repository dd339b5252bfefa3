package org.openclip.models.generative;

import java.util.Map;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.encoder.GenerativeEncoder;
import org.openclip.api.spi.GenerativeEncoderProvider;
import org.openclip.models.naflex.PatchSpectrogram;

/** Provides GenLAP, for configurations with {@code genlap_cfg}. */
public final class GenLapProvider implements GenerativeEncoderProvider {
  private static final String TRUNK = "genlap_cfg";
  private static final String AUDIO = "audio_naflex_cfg";
  private static final int SECONDS = 10;

  /** Creates the provider. */
  public GenLapProvider() {}

  @Override
  public String name() {
    return "genlap";
  }

  @Override
  public boolean matches(Map<String, Object> modelConfig) {
    return modelConfig.containsKey(TRUNK);
  }

  @Override
  public GenerativeEncoder create(Map<String, Object> modelConfig) {
    ConfigReader model = new ConfigReader("", modelConfig);
    ConfigReader audio = new ConfigReader(AUDIO, model.map(AUDIO));
    PatchSpectrogram uncut = PatchSpectrogram.read(audio, "n_mels");
    int most =
        audio.has("audio_seq_len")
            ? audio.positive("audio_seq_len", 1)
            : uncut.patchesOf(SECONDS * uncut.sampleRate());
    PatchSpectrogram patches = uncut.withMost(audio.at("audio_seq_len"), most);
    PatchEmbedding embedding = PatchEmbedding.of(audio);
    audio.finish();
    TrunkConfig trunk = TrunkConfig.of(TRUNK, model.map(TRUNK));
    GenerativeModel read =
        new GenerativeModel(
            new GenerativeEncoder.Sounds(patches),
            new GenerativeModel.Names("audio_embed", "audio_proj", ""),
            GenerativeModel.embedDim(model),
            embedding,
            Trunk.of(trunk),
            MultimodalRotary.of(trunk, model.bool("rope_1d", patches.rows() == 1)),
            TextConfig.of(model.map("text_cfg")));
    model.finish();
    return read;
  }
}
