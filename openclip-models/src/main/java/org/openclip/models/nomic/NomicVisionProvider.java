package org.openclip.models.nomic;

import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.encoder.ImageEncoder;
import org.openclip.api.spi.ImageEncoderProvider;

/** Provides the image tower of Nomic, for configurations with {@code encoder: nomic-vision}. */
public final class NomicVisionProvider implements ImageEncoderProvider {
  /** Creates the provider. */
  public NomicVisionProvider() {}

  @Override
  public String name() {
    return "nomic-vision";
  }

  @Override
  public ImageEncoder create(EncoderContext context) {
    return new NomicVisionTransformer(context);
  }
}
