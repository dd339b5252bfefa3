package org.openclip.models.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.audio.Audio;
import org.openclip.api.audio.AudioPreprocessor;
import org.openclip.api.config.ClapConfig;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.model.ClapArchitecture;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.testkit.Fixtures;
import org.openclip.testkit.RecipeWave;

class HtsatEncoderTest {
  private static Map<String, Object> fixture() throws IOException {
    return JSON.std.mapFrom(Files.readString(Fixtures.path("sound/clap-htsat.json")));
  }

  private static HtsatEncoder encoder(Map<String, Object> config) {
    return new HtsatEncoder(new EncoderContext(config, 8, false, true));
  }

  private static Map<String, Object> config() throws IOException {
    Map<String, Object> config = new LinkedHashMap<>();
    ((Map<?, ?>) fixture().get("audio_cfg"))
        .forEach((key, value) -> config.put(String.valueOf(key), value));
    return config;
  }

  private static double number(Object json) {
    return ((Number) json).doubleValue();
  }

  @Test
  void levelsAreThoseOfAnIndependentComputation() throws IOException {
    Map<String, Object> fixture = fixture();
    HtsatConfig config = HtsatConfig.of(config());
    HtsatSpectrogram spectrogram = HtsatSpectrogram.of(config);
    List<?> waves = (List<?>) fixture.get("waves");
    List<?> sums = (List<?>) fixture.get("mel_band_sums");
    for (int sound = 0; sound < waves.size(); sound++) {
      float[] samples = RecipeWave.samples((String) waves.get(sound), config.samples());
      FloatBuffer out = FloatBuffer.allocate(spectrogram.bands() * spectrogram.frames());
      spectrogram.prepare(new Audio(samples, config.sampleRate()), out);
      assertThat(out.hasRemaining()).isFalse();
      for (int band = 0; band < spectrogram.bands(); band++) {
        double sum = 0;
        for (int frame = 0; frame < spectrogram.frames(); frame++) {
          sum += out.get(band * spectrogram.frames() + frame);
        }
        assertThat(sum).isCloseTo(number(((List<?>) sums.get(sound)).get(band)), within(1e-3));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "encoder.spectrogram_extractor.stft.conv_real.weight",
        "encoder.logmel_extractor.melW",
        "encoder.tscam_conv.bias",
        "encoder.head.weight",
        "encoder.patch_embed.mel_conv2d.weight",
        "encoder.patch_embed.fusion_model.local_att.0.weight"
      })
  void whatNoFeatureDependsOnIsIdle(String name) throws IOException {
    assertThat(encoder(config()).idle(name)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"encoder.patch_embed.proj.weight", "encoder.norm.bias", "proj.0.weight"})
  void weightsAreNotIdle(String name) throws IOException {
    assertThat(encoder(config()).idle(name)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "mel_bins, 48, 'is 48, but must divide the picture''s side 128'",
    "clip_samples, 60000, 'which gives 601 frames each 100 samples'",
    "clip_samples, 100, 'at least a window of 256'",
    "fmax, 5000, 'at most half of the sample rate 8000'",
    "width, 15, 'is 2 in stage 0, which does not divide the width 15'"
  })
  void whatHtsatCannotReadIsRefused(String key, int value, String message) throws IOException {
    Map<String, Object> config = config();
    config.put(key, value);

    assertThatThrownBy(() -> encoder(config))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining(message);
  }

  @Test
  void stagesAreCounted() throws IOException {
    Map<String, Object> config = config();
    config.put("depths", List.of(2, 2));
    assertThatThrownBy(() -> encoder(config))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("has 4 stages, but depths has 2");

    config.put("depths", List.of());
    assertThatThrownBy(() -> encoder(config))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("audio_cfg.depths");
  }

  @Test
  void aLongSoundIsCutOrFused() throws IOException {
    Map<String, Object> config = config();
    Audio sound = new Audio(new float[50000], 8000);
    FloatBuffer out = FloatBuffer.allocate(32 * 401);
    AudioPreprocessor cutting = encoder(config).preprocessor();
    cutting.prepare(sound, out);
    assertThat(out.hasRemaining()).isFalse();
    assertThat(cutting.longer(sound)).isFalse();
    assertThat(encoder(config).longer()).isEmpty();

    config.put("enable_fusion", true);
    AudioPreprocessor fusing = encoder(config).longer().orElseThrow().preprocessor();
    FloatBuffer four = FloatBuffer.allocate(4 * 32 * 401);
    fusing.prepare(sound, four);
    assertThat(four.hasRemaining()).isFalse();
    assertThat(fusing.longer(sound)).isTrue();
    assertThat(fusing.longer(new Audio(new float[40099], 8000))).as("no frame more").isFalse();
    assertThat(fusing.longer(new Audio(new float[40100], 8000))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "encoder.patch_embed.mel_conv2d.weight",
        "encoder.patch_embed.fusion_model.local_att.0.weight"
      })
  void whatFusesIsReadByModelsThatFuse(String name) throws IOException {
    Map<String, Object> config = config();
    config.put("enable_fusion", true);

    assertThat(encoder(config).idle(name)).isFalse();
    assertThat(
            ClapArchitecture.of(
                    ClapConfig.of(
                        Map.of("embed_dim", 8, "audio_cfg", config, "text_cfg", Map.of())),
                    PluginRegistry.create())
                .parameters())
        .containsKey("audio." + name);
  }
}
