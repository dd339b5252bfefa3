package org.openclip.models.clip;

import java.util.List;
import java.util.Map;
import org.openclip.api.spi.ImageEncoderProvider;
import org.openclip.testkit.ImageEncoderContract;

/** CLIP's ResNet is an image tower like any other. */
class ModifiedResNetTest extends ImageEncoderContract {
  @Override
  protected ImageEncoderProvider provider() {
    return new ModifiedResNetProvider();
  }

  @Override
  protected Map<String, Object> config() {
    return Map.of("image_size", 32, "width", 4, "head_width", 16, "layers", List.of(1, 1, 1, 1));
  }
}
