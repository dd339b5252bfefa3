package org.openclip.models.timm;

import java.util.List;
import java.util.Map;
import org.openclip.api.spi.ImageEncoderProvider;
import org.openclip.testkit.ImageEncoderContract;

/** A ConvNeXt is an image tower like any other. */
class TimmImageEncoderTest extends ImageEncoderContract {
  @Override
  protected ImageEncoderProvider provider() {
    return new TimmImageEncoderProvider();
  }

  @Override
  protected Map<String, Object> config() {
    return Map.of(
        "image_size",
        64,
        "timm_model_name",
        "convnext_base",
        "timm_pool",
        "",
        "timm_proj",
        "linear",
        "timm_model_kwargs",
        Map.of("depths", List.of(1, 1, 1, 1), "dims", List.of(4, 8, 8, 16)));
  }
}
