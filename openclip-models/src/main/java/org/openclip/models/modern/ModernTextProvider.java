package org.openclip.models.modern;

import java.util.Map;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.encoder.TextEncoder;
import org.openclip.api.spi.TextEncoderProvider;

/**
 * Provides OpenCLIP's modern text transformer, for configurations with {@code text_arch: modern}.
 */
public final class ModernTextProvider implements TextEncoderProvider {
  /** Creates the provider. */
  public ModernTextProvider() {}

  @Override
  public String name() {
    return "modern-text";
  }

  @Override
  public boolean matches(Map<String, Object> textConfig) {
    return textConfig.get("hf_model_name") == null && "modern".equals(textConfig.get("text_arch"));
  }

  @Override
  public TextEncoder create(EncoderContext context) {
    return new ModernTextTransformer(context);
  }
}
