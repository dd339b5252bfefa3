package org.openclip.models.clip;

import java.util.Map;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.encoder.TextEncoder;
import org.openclip.api.spi.TextEncoderProvider;

/**
 * Provides CLIP's own text transformer, for configurations without an HF model or another design.
 */
public final class TextTransformerProvider implements TextEncoderProvider {
  /** Creates the provider. */
  public TextTransformerProvider() {}

  @Override
  public String name() {
    return "clip-text";
  }

  @Override
  public boolean matches(Map<String, Object> textConfig) {
    Object design = textConfig.get("text_arch");
    return textConfig.get("hf_model_name") == null && (design == null || design.equals("clip"));
  }

  @Override
  public TextEncoder create(EncoderContext context) {
    return new TextTransformer(context);
  }
}
