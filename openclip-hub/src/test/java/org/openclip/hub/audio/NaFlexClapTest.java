package org.openclip.hub.audio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.audio.Audio;
import org.openclip.api.audio.AudioPatcher;
import org.openclip.api.config.ClapConfig;
import org.openclip.api.encoder.PatchAudioEncoder;
import org.openclip.api.model.ClapArchitecture;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.SafetensorsWriter;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.testkit.Goldens;
import org.openclip.hub.testkit.RecipeTensors;
import org.openclip.testkit.Fixtures;
import org.openclip.testkit.RecipeWave;

/** Sounds of several lengths become the vectors that the reference's own code computed. */
class NaFlexClapTest {
  private static final int RATE = 8000;

  @TempDir Path folder;

  private Map<String, Object> config(Map<String, Object> fixture) {
    return Map.of(
        "embed_dim",
        Goldens.get(fixture, "embed_dim"),
        "audio_cfg",
        Goldens.get(fixture, "audio_cfg"),
        "text_cfg",
        Map.of("context_length", 8, "vocab_size", 40, "width", 16, "heads", 2, "layers", 1));
  }

  private static ClapArchitecture architecture(Map<String, Object> config) {
    return ClapArchitecture.of(ClapConfig.of(config), PluginRegistry.create());
  }

  /** Writes the audio tower under the reference's names, and any text tower. */
  private Path model(Map<String, Object> fixture) throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    architecture(config(fixture))
        .parameters()
        .forEach(
            (name, p) -> {
              if (!name.startsWith("audio.")) {
                List<Long> shape = Arrays.stream(p.shape().sizes()).boxed().toList();
                tensors.put(name, RecipeTensors.of(name, shape));
              }
            });
    Goldens.map(Goldens.get(fixture, "state_dict"))
        .forEach((name, shape) -> tensors.put(name, RecipeTensors.of(name, shape)));
    SafetensorsWriter.write(
        folder.resolve(ModelFolder.CHECKPOINT), WeightSource.of(Weights.of(tensors)), Map.of());
    Files.writeString(
        folder.resolve(ModelFolder.CONFIG),
        JSON.std.asString(Map.of("model_cfg", config(fixture))));
    return folder;
  }

  @ParameterizedTest
  @ValueSource(strings = {"clap-naflex", "clap-naflex-swiglu"})
  void soundsOfAnyLengthHaveTheFeaturesOfTheReference(String name) throws IOException {
    Map<String, Object> fixture = Goldens.object(Fixtures.path("sound").resolve(name + ".json"));
    List<?> waves = (List<?>) Goldens.get(fixture, "waves");
    double[] samples = Goldens.doubles(Goldens.get(fixture, "samples"));
    double[] patches = Goldens.doubles(Goldens.get(fixture, "patches"));
    List<Audio> sounds = new ArrayList<>();
    for (int i = 0; i < samples.length; i++) {
      float[] wave = RecipeWave.samples((String) waves.get(i), (int) samples[i]);
      sounds.add(new Audio(wave, RATE));
    }

    try (ClapModel clap = ClapModel.load(model(fixture))) {
      Goldens.assertClose(
          "sounds",
          clap.encode(sounds),
          Goldens.matrix(Goldens.get(fixture, "audio_features")),
          5e-5);
      AudioPatcher patcher = ((PatchAudioEncoder) clap.architecture().audioEncoder()).patcher();
      for (int i = 0; i < patches.length; i++) {
        assertThat(patcher.cut(sounds.get(i)).size()).isEqualTo((int) patches[i]);
        assertThat(patcher.most()).isGreaterThanOrEqualTo((int) patches[i]);
      }
    }
  }
}
