package org.openclip.models.clip;

import java.util.List;
import java.util.Map;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.encoder.ImageEncoder;
import org.openclip.api.spi.ImageEncoderProvider;

/**
 * Provides CLIP's own vision transformer, for configurations without timm that have {@code layers}.
 */
public final class VisionTransformerProvider implements ImageEncoderProvider {
  /** Creates the provider. */
  public VisionTransformerProvider() {}

  @Override
  public String name() {
    return "clip-vit";
  }

  @Override
  public boolean matches(Map<String, Object> visionConfig) {
    return visionConfig.get("timm_model_name") == null
        && !(visionConfig.get("layers") instanceof List<?>);
  }

  @Override
  public ImageEncoder create(EncoderContext context) {
    return new VisionTransformer(context);
  }

  @Override
  public Map<String, Object> naflexConfig(EncoderContext context) {
    return new VisionTransformerToNaFlex(context).convert();
  }
}
