package org.openclip.models.generative;

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
import org.openclip.api.graph.Incremental;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.GenerativeArchitecture;
import org.openclip.api.spi.PluginRegistry;

class GenerativeProvidersTest {
  private static final Path REFERENCE = Path.of(System.getProperty("openclip.reference"));

  private static Map<String, Object> config(String name) throws IOException {
    return map(JSON.std.mapFrom(Files.readString(REFERENCE.resolve("model-configs.json"))), name);
  }

  private static Map<String, Object> stateDicts() throws IOException {
    try (InputStream in =
        new GZIPInputStream(Files.newInputStream(REFERENCE.resolve("state-dicts.json.gz")))) {
      return JSON.std.mapFrom(in);
    }
  }

  private static Map<String, Object> map(Map<String, Object> json, String key) {
    Map<String, Object> map = new LinkedHashMap<>();
    ((Map<?, ?>) json.get(key)).forEach((k, v) -> map.put(String.valueOf(k), v));
    return map;
  }

  private static GenerativeArchitecture architecture(Map<String, Object> config) {
    return GenerativeArchitecture.of(config, PluginRegistry.create()).orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "naflexgenlip_b16",
        "naflexgenlip_so150m2",
        "naflexgenlip_so16",
        "naflexgenlip_test",
        "naflexgenlap_betwixt",
        "naflexgenlap_so150m2",
        "naflexgenlap_test_1d",
        "naflexgenlap_test_2d"
      })
  void parametersAndCopiesAreThoseOfTheReference(String name) throws IOException {
    Map<String, Object> reference = map(stateDicts(), name);
    Map<String, List<Long>> expected = new LinkedHashMap<>();
    map(reference, "state_dict")
        .forEach(
            (key, shape) ->
                expected.put(
                    key, ((List<?>) shape).stream().map(n -> ((Number) n).longValue()).toList()));
    GenerativeArchitecture architecture = architecture(config(name));

    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    architecture
        .parameters()
        .forEach((key, p) -> shapes.put(key, Arrays.stream(p.shape().sizes()).boxed().toList()));
    architecture.encoder().copies().forEach((copy, source) -> shapes.put(copy, shapes.get(source)));

    assertThat(shapes).isEqualTo(expected);
    assertThat(architecture.parameterCount())
        .isEqualTo(((Number) reference.get("parameter_count")).longValue());
  }

  @ParameterizedTest
  @ValueSource(strings = {"naflexgenlip_test", "naflexgenlap_test_2d"})
  void patchesAreComputedOnceAndATokenInEachStep(String name) throws IOException {
    GenerativeArchitecture architecture = architecture(config(name));

    Incremental.Steps steps =
        Incremental.of(architecture.captionGraph(), Architecture.TOKENS).orElseThrow();

    assertThat(steps.once().inputs())
        .extracting(LeafOp.Input::name)
        .containsExactlyInAnyOrder(
            Architecture.PATCHES, Architecture.PATCH_COORDINATES, Architecture.PATCH_VALID);
    // Keys and values of two blocks.
    assertThat(steps.caches()).hasSize(4);
    assertThat(steps.step().inputs())
        .extracting(LeafOp.Input::name)
        .doesNotContain(Architecture.PATCHES);
  }

  @ParameterizedTest
  @CsvSource({
    "naflexgenlip_test, genlip_cfg, num_heads, 5, 'is 5, but must divide the width 64'",
    "naflexgenlip_test, genlip_cfg, num_heads, 2, 'whose sum is 16, half the width of a head'",
    "naflexgenlip_test, genlip_cfg, hidden_act, tanh, 'genlip_cfg.hidden_act'",
    "naflexgenlip_test, genlip_cfg, norm_type, batchnorm, 'genlip_cfg.norm_type'",
    "naflexgenlip_test, genlip_cfg, layers, 3, 'genlip_cfg.layers'",
    "naflexgenlip_test, genlip_cfg, drop_path_rate, 1, 'must be from 0 to below 1'",
    "naflexgenlip_test, vision_cfg, image_size, 8, 'is 8, which is less than a patch of 16'",
    "naflexgenlip_test, vision_cfg, in_chans, 1, 'is not 3, the colours of images'",
    "naflexgenlip_test, vision_cfg, pool_type, max, 'vision_cfg.pool_type'",
    "naflexgenlip_test, vision_cfg, layers, 3, 'vision_cfg.layers'",
    "naflexgenlip_test, text_cfg, pad_id, 200000, 'token ids of this vocabulary are from 0 to"
        + " 100279'",
    "naflexgenlip_test, text_cfg, width, 8, 'text_cfg.width'",
    "naflexgenlap_test_2d, genlap_cfg, depth, 0, 'is 0, but must be at least 1'",
    "naflexgenlap_test_2d, audio_naflex_cfg, mel_bins, 64, 'audio_naflex_cfg.mel_bins'",
    "naflexgenlap_test_2d, audio_naflex_cfg, patch_freq, 3, 'does not divide the 64 bands of"
        + " n_mels'",
    "naflexgenlap_test_2d, audio_naflex_cfg, audio_seq_len, 1, 'must be at least 2, the patches of"
        + " one moment'"
  })
  void badValuesAreRefused(String name, String part, String key, String value, String message)
      throws IOException {
    Map<String, Object> config = config(name);
    Map<String, Object> changed = map(config, part);
    changed.put(key, value.matches("\\d+") ? (Object) Integer.valueOf(value) : value);
    config.put(part, changed);

    assertThatThrownBy(() -> architecture(config))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"naflexgenlip_test", "naflexgenlap_test_1d"})
  void unknownKeysAndAMissingWidthAreRefused(String name) throws IOException {
    Map<String, Object> more = config(name);
    more.put("custom_text", true);
    assertThatThrownBy(() -> architecture(more))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("custom_text");

    Map<String, Object> less = config(name);
    less.remove("embed_dim");
    assertThatThrownBy(() -> architecture(less))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("embed_dim")
        .hasMessageContaining("is missing; every generative model needs it");
  }
}
