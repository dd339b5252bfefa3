package org.openclip.models.naflex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.audio.Audio;
import org.openclip.api.audio.AudioPatches;
import org.openclip.api.config.ClapConfig;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.encoder.LayerGroup;
import org.openclip.api.model.ClapArchitecture;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.testkit.Fixtures;
import org.openclip.testkit.RecipeWave;

class NaFlexAudioEncoderTest {
  private static final Path REFERENCE = Path.of(System.getProperty("openclip.reference"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "naflexclap_base_pf4_pt20_moderntextp",
        "naflexclap_base_pf8_pt16_moderntext",
        "naflexclap_base_pf8_pt16_moderntextp",
        "naflexclap_base_pf8_pt20_moderntextp",
        "naflexclap_little",
        "naflexclap_little_roberta",
        "naflexclap_mediumd",
        "naflexclap_mediumd_pf4_pt20_moderntextp",
        "naflexclap_mediumd_roberta",
        "naflexclap_test"
      })
  void parametersAreThoseOfTheReference(String name) throws IOException {
    Map<String, Object> config =
        map(JSON.std.mapFrom(Files.readString(REFERENCE.resolve("model-configs.json"))), name);
    Map<String, List<Long>> expected = new LinkedHashMap<>();
    map(map(stateDicts(), name), "state_dict")
        .forEach((key, shape) -> expected.put(key, longs((List<?>) shape)));

    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    ClapArchitecture.of(ClapConfig.of(config), PluginRegistry.create())
        .parameters()
        .forEach((key, p) -> shapes.put(key, Arrays.stream(p.shape().sizes()).boxed().toList()));

    assertThat(shapes).isEqualTo(expected);
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

  private static List<Long> longs(List<?> numbers) {
    return numbers.stream().map(n -> ((Number) n).longValue()).toList();
  }

  private static Map<String, Object> fixture(String name) throws IOException {
    return JSON.std.mapFrom(Files.readString(Fixtures.path("sound/" + name + ".json")));
  }

  private static NaFlexAudioEncoder encoder(Map<String, Object> config) {
    return new NaFlexAudioEncoder(new EncoderContext(config, 16, false, true));
  }

  @ParameterizedTest
  @ValueSource(strings = {"clap-naflex", "clap-naflex-swiglu"})
  void patchesAreThoseOfTheReference(String name) throws IOException {
    Map<String, Object> fixture = fixture(name);
    NaFlexAudioEncoder encoder = encoder(map(fixture, "audio_cfg"));
    List<Long> samples = longs((List<?>) fixture.get("samples"));
    for (int sound = 0; sound < samples.size(); sound++) {
      String wave = (String) ((List<?>) fixture.get("waves")).get(sound);
      int count = Math.toIntExact(samples.get(sound));
      AudioPatches patches =
          encoder.patcher().cut(new Audio(RecipeWave.samples(wave, count), 8000));

      List<?> sums = (List<?>) ((List<?>) fixture.get("patch_sums")).get(sound);
      assertThat(patches.size()).isEqualTo(sums.size());
      int numbers = encoder.patcher().numbers();
      for (int patch = 0; patch < patches.size(); patch++) {
        double sum = 0;
        for (int i = 0; i < numbers; i++) {
          sum += patches.values()[patch * numbers + i];
        }
        assertThat(sum).isCloseTo(((Number) sums.get(patch)).doubleValue(), within(1e-3));
      }
    }
  }

  @Test
  void theLastFrameIsRepeatedWhereTheConfigurationSaysSo() throws IOException {
    Map<String, Object> config = map(fixture("clap-naflex"), "audio_cfg");
    config.put("patch_pad_mode", "repeat");
    // 28 frames of 100 samples make 7 patches of 4; one frame more begins the eighth.
    AudioPatches patches =
        encoder(config).patcher().cut(new Audio(RecipeWave.samples("one", 2850), 8000));

    assertThat(patches.columns()).isEqualTo(8);
    int last = (patches.columns() - 1) * 32;
    for (int band = 0; band < 8; band++) {
      float[] frames = Arrays.copyOfRange(patches.values(), last + 4 * band, last + 4 * band + 4);
      assertThat(frames).containsOnly(frames[0]);
    }
  }

  @Test
  void groupsHoldEveryParameter() throws IOException {
    Map<String, Object> fixture = fixture("clap-naflex");
    List<LayerGroup> groups = encoder(map(fixture, "audio_cfg")).layerGroups();
    List<String> alone = new ArrayList<>();
    for (String name : map(fixture, "state_dict").keySet()) {
      String local = name.substring("audio.".length());
      if (groups.stream().noneMatch(group -> group.holds(local))) {
        alone.add(local);
      }
    }
    assertThat(alone).isEmpty();
    assertThat(groups).hasSize(5);
  }

  @ParameterizedTest
  @CsvSource({
    "patch_freq, 5, 'is 5, which does not divide the 16 bands of mel_bins'",
    "in_chans, 2, 'is not 1; spectrograms here have one channel'",
    "audio_seq_len, 1, 'is 1, but must be at least 2, the patches of one moment'",
    "fmax, 5000, 'at most half of the sample rate 8000'",
    "window_size, 1, 'is 1, but must be at least 2'",
    "hop_size, 0, 'is 0, but must be at least 1'",
    "frames, 4, 'audio_cfg.frames'",
    "training_head, true, 'is true, which is not supported here; leave it out'",
    "patch_pad_mode, mirror, 'mirror'",
    "rope_type, mrope, 'mrope'"
  })
  void whatTheTowerCannotReadIsRefused(String key, String value, String message)
      throws IOException {
    Map<String, Object> config = map(fixture("clap-naflex"), "audio_cfg");
    config.put(key, typed(value));

    assertThatThrownBy(() -> encoder(config))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource({
    "num_heads, 16, 'gives heads of width 2, but rotary positions of two axes need a multiple of"
        + " 4'",
    "num_heads, 3, 'is 3, which does not divide the width 32'",
    "reg_tokens, -1, 'is -1, but must not be negative'",
    "attn_pool_num_heads, 5, 'is 5, which does not divide the width 32'",
    "global_pool, token, 'is token, but class_token is not true'",
    "rope_type, mixed, 'mixed'",
    "qk_norm, true, 'audio_cfg.naflexvit_cfg.qk_norm'"
  })
  void whatTheTrunkCannotReadIsRefused(String key, String value, String message)
      throws IOException {
    Map<String, Object> config = map(fixture("clap-naflex"), "audio_cfg");
    Map<String, Object> trunk = map(config, "naflexvit_cfg");
    trunk.put(key, typed(value));
    config.put("naflexvit_cfg", trunk);

    assertThatThrownBy(() -> encoder(config))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining(message);
  }

  private static Object typed(String value) {
    if (value.equals("true")) {
      return true;
    }
    return value.matches("-?\\d+") ? (Object) Integer.valueOf(value) : value;
  }
}
