package org.openclip.models.clip;

import java.util.Map;
import org.openclip.api.spi.ImageEncoderProvider;
import org.openclip.testkit.ImageEncoderContract;

/** CLIP's vision transformer is an image tower like any other. */
class VisionTransformerTest extends ImageEncoderContract {
  @Override
  protected ImageEncoderProvider provider() {
    return new VisionTransformerProvider();
  }

  @Override
  protected Map<String, Object> config() {
    return Map.of("image_size", 16, "patch_size", 8, "width", 16, "head_width", 8, "layers", 2);
  }
}
