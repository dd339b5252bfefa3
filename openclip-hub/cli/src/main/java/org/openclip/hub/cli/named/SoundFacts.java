package org.openclip.hub.cli.named;

import java.util.LinkedHashMap;
import java.util.Map;
import org.openclip.api.encoder.ClapSize;
import org.openclip.api.encoder.PatchAudioEncoder;
import org.openclip.api.encoder.SpectrogramEncoder;
import org.openclip.api.model.ClapArchitecture;
import org.openclip.api.spi.CommandProvider.Environment;

/** The facts that {@code info} shows of a model of sound and text. */
final class SoundFacts {
  private SoundFacts() {}

  static Map<String, Object> of(ClapArchitecture architecture, Environment environment) {
    ClapSize size = architecture.size();
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("embed_dim", size.embedDim());
    facts.put(
        "probabilities",
        architecture.config().initLogitBias() == null ? "softmax over labels" : "sigmoid of each");
    Map<String, Object> audio = new LinkedHashMap<>();
    audio.put("parameters", size.audioParameters());
    audio.put("sample_rate", size.sampleRate());
    audio.put("clip_samples", size.samples());
    switch (architecture.audioEncoder()) {
      case SpectrogramEncoder encoder -> {
        audio.put("bands", encoder.preprocessor().bands());
        audio.put("frames", encoder.preprocessor().frames());
      }
      case PatchAudioEncoder encoder -> {
        audio.put("patches", encoder.patcher().most());
        audio.put("patch_numbers", encoder.patcher().numbers());
      }
    }
    audio.put("operators", architecture.audioGraph().nodes().size());
    facts.put("audio_tower", audio);
    facts.put(
        "text_tower",
        TowerFacts.text(
            size.textParameters(),
            architecture.textEncoder(),
            architecture.textGraph(),
            architecture.config().text(),
            environment));
    facts.put("state", TowerFacts.state(size.parameters(), architecture.parameters().size()));
    return facts;
  }
}
