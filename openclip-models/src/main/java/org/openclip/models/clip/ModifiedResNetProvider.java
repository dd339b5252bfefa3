package org.openclip.models.clip;

import java.util.List;
import java.util.Map;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.encoder.ImageEncoder;
import org.openclip.api.spi.ImageEncoderProvider;

/** Provides CLIP's own ResNets, for configurations without timm whose {@code layers} is a list. */
public final class ModifiedResNetProvider implements ImageEncoderProvider {
  /** Creates the provider. */
  public ModifiedResNetProvider() {}

  @Override
  public String name() {
    return "clip-resnet";
  }

  @Override
  public boolean matches(Map<String, Object> visionConfig) {
    return visionConfig.get("timm_model_name") == null
        && visionConfig.get("layers") instanceof List<?>;
  }

  @Override
  public ImageEncoder create(EncoderContext context) {
    return new ModifiedResNet(context);
  }
}
