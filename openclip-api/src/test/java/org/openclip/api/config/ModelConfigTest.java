package org.openclip.api.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openclip.api.InvalidConfigException;

class ModelConfigTest {
  private final Map<String, Object> json =
      new LinkedHashMap<>(Map.of("embed_dim", 32, "vision_cfg", Map.of(), "text_cfg", Map.of()));

  @Test
  void anUnknownKeyIsNamedWithTheNearestOne() {
    json.put("quick_gelo", true);

    assertThatThrownBy(() -> ModelConfig.of(json))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageStartingWith(
            "config key 'quick_gelo': is not known; did you mean quick_gelu? Known keys: embed_dim, ");
  }

  @Test
  void aValueOfTheWrongTypeIsNamed() {
    json.put("embed_dim", "wide");

    assertThatThrownBy(() -> ModelConfig.of(json))
        .hasMessageContaining("embed_dim")
        .hasMessageContaining("wide")
        .hasMessageContaining("integer");
  }

  @Test
  void aMissingTowerIsNamed() {
    json.remove("text_cfg");

    assertThatThrownBy(() -> ModelConfig.of(json)).hasMessageContaining("text_cfg");
  }

  @Test
  void jsonRoundTrips() {
    json.put("init_logit_bias", -10);
    json.put("quick_gelu", true);
    json.put("custom_text", true);
    ModelConfig config = ModelConfig.of(json);

    assertThat(ModelConfig.of(config.toJson())).isEqualTo(config);
    assertThat(config.initLogitBias()).isEqualTo(-10);
  }

  @Test
  void anHfTowerStandsUnderText() {
    json.put("text_cfg", Map.of("hf_model_name", "roberta-base"));

    assertThat(ModelConfig.of(json).customText()).isTrue();
  }
}
