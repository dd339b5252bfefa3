package org.openclip.models.nomic;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.spi.ImageEncoderProvider;
import org.openclip.testkit.ImageEncoderContract;

/** Nomic's image tower is one like any other. */
class NomicVisionTransformerTest extends ImageEncoderContract {
  @Override
  protected ImageEncoderProvider provider() {
    return new NomicVisionProvider();
  }

  @Override
  protected Map<String, Object> config() {
    return Map.of(
        "image_size", 12, "patch_size", 4, "width", 8, "heads", 2, "layers", 2, "mlp_width", 16);
  }

  @Test
  void refusesSizesThatCannotBe() {
    assertRefused("width", 16, "is 16, but must be embed_dim, 8");
    assertRefused("heads", 4, "is 4, but the width 8 must be a multiple of it");
    assertRefused("image_size", 13, "is 13, which is not a multiple of the patch size 4");
  }

  private void assertRefused(String key, int value, String message) {
    Map<String, Object> config = new LinkedHashMap<>(config());
    config.put(key, value);
    assertThatThrownBy(() -> new NomicVisionTransformer(new EncoderContext(config, 8, false, true)))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("'vision_cfg." + key + "'")
        .hasMessageContaining(message);
  }
}
