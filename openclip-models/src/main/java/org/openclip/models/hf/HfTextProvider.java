package org.openclip.models.hf;

import java.util.Map;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.encoder.TextEncoder;
import org.openclip.api.spi.TextEncoderProvider;

/** Provides the text towers of Hugging Face transformers, for configurations with an HF model. */
public final class HfTextProvider implements TextEncoderProvider {
  /** Creates the provider. */
  public HfTextProvider() {}

  @Override
  public String name() {
    return "hf-text";
  }

  @Override
  public boolean matches(Map<String, Object> textConfig) {
    return textConfig.get("hf_model_name") != null;
  }

  @Override
  public TextEncoder create(EncoderContext context) {
    return new HfTextEncoder(context);
  }
}
