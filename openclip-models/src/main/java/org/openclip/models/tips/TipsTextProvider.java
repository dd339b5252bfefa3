package org.openclip.models.tips;

import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.encoder.TextEncoder;
import org.openclip.api.spi.TextEncoderProvider;

/** Provides the text tower of TIPS, for configurations with {@code encoder: tips-text}. */
public final class TipsTextProvider implements TextEncoderProvider {
  /** Creates the provider. */
  public TipsTextProvider() {}

  @Override
  public String name() {
    return "tips-text";
  }

  @Override
  public TextEncoder create(EncoderContext context) {
    return new TipsTextTransformer(context);
  }
}
