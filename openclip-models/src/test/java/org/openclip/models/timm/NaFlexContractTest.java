package org.openclip.models.timm;

import java.util.List;
import java.util.Map;
import org.openclip.api.spi.ImageEncoderProvider;
import org.openclip.testkit.PatchImageEncoderContract;

/** NaFlex takes pictures of any size, like any tower that does. */
class NaFlexContractTest extends PatchImageEncoderContract {
  @Override
  protected ImageEncoderProvider provider() {
    return new TimmImageEncoderProvider();
  }

  @Override
  protected Map<String, Object> config() {
    return Map.of(
        "image_size",
        List.of(12, 16),
        "timm_model_name",
        "naflexvit_base_patch16_siglip",
        "timm_pool",
        "map",
        "timm_model_kwargs",
        Map.of(
            "embed_dim",
            16,
            "depth",
            2,
            "num_heads",
            2,
            "patch_size",
            4,
            "pos_embed_grid_size",
            List.of(4, 3)));
  }
}
