package org.openclip.models.tips;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.spi.TextEncoderProvider;
import org.openclip.testkit.TextEncoderContract;

/** The text tower of TIPS is one like any other. */
class TipsTextTransformerTest extends TextEncoderContract {
  @Override
  protected TextEncoderProvider provider() {
    return new TipsTextProvider();
  }

  @Override
  protected Map<String, Object> config() {
    return Map.of("context_length", 12, "vocab_size", 64, "heads", 2, "layers", 2);
  }

  @Test
  void refusesWidthsHeadsAndSizesThatCannotBe() {
    assertRefused("width", 16, "is 16, but must be embed_dim, 8");
    assertRefused("heads", 3, "is 3, which does not divide the width 8");
    assertRefused("layers", 0, "is 0, but must be at least 1");
    assertThatThrownBy(() -> new TipsTextTransformer(new EncoderContext(config(), 8, false, false)))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("custom_text: true");
  }

  private void assertRefused(String key, int value, String message) {
    Map<String, Object> config = new LinkedHashMap<>(config());
    config.put(key, value);
    assertThatThrownBy(() -> new TipsTextTransformer(new EncoderContext(config, 8, false, true)))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("'text_cfg." + key + "'")
        .hasMessageContaining(message);
  }
}
