package org.openclip.models.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ClapConfig;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.model.ClapArchitecture;
import org.openclip.api.spi.PluginRegistry;

class WhisperEncoderTest {
  private static final Path REFERENCE = Path.of(System.getProperty("openclip.reference"));

  @ParameterizedTest
  @ValueSource(strings = {"tiny", "base", "small"})
  void parametersAreThoseOfTheReference(String size) throws IOException {
    Map<String, Object> audio = Map.of("model_type", "whisper", "model_name", size);
    Map<String, Object> text = Map.of("hf_model_name", "roberta-base");
    ClapConfig config =
        ClapConfig.of(Map.of("embed_dim", 768, "audio_cfg", audio, "text_cfg", text));

    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    ClapArchitecture.of(config, PluginRegistry.create())
        .parameters()
        .forEach((name, p) -> shapes.put(name, Arrays.stream(p.shape().sizes()).boxed().toList()));

    Map<?, ?> expected = (Map<?, ?>) reference().get("CLAP-Whisper-" + size + "-Roberta-base");
    assertThat(shapes).isEqualTo(shapes(expected));
  }

  private static Map<String, Object> reference() throws IOException {
    try (InputStream in =
        new GZIPInputStream(Files.newInputStream(REFERENCE.resolve("state-dicts.json.gz")))) {
      return JSON.std.mapFrom(in);
    }
  }

  private static Map<String, List<Long>> shapes(Map<?, ?> model) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    ((Map<?, ?>) model.get("state_dict"))
        .forEach(
            (name, shape) ->
                shapes.put(
                    String.valueOf(name),
                    ((List<?>) shape).stream().map(n -> ((Number) n).longValue()).toList()));
    return shapes;
  }

  @ParameterizedTest
  @CsvSource({
    "sample_rate, 48000, 'is 48000, but Whisper reads 16000 and nothing else'",
    "mel_bins, 64, 'is 64, but Whisper reads 80 and nothing else'",
    "clip_samples, 1000, 'is 1000, but must be a multiple of 640'",
    "heads, 5, 'must be a multiple of twice the heads'"
  })
  void whatWhisperCannotReadIsRefused(String key, int value, String message) {
    Map<String, Object> config = Map.of("model_type", "whisper", key, value);

    assertThatThrownBy(() -> new WhisperEncoder(new EncoderContext(config, 8, false, true)))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining(message);
  }
}
