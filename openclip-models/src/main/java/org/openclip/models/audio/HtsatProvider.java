package org.openclip.models.audio;

import java.util.Map;
import org.openclip.api.encoder.AudioEncoder;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.spi.AudioEncoderProvider;

/** Provides HTSAT, for configurations with its model type. */
public final class HtsatProvider implements AudioEncoderProvider {
  /** Creates the provider. */
  public HtsatProvider() {}

  @Override
  public String name() {
    return "htsat";
  }

  @Override
  public boolean matches(Map<String, Object> audioConfig) {
    return "HTSAT".equals(audioConfig.getOrDefault("model_type", "HTSAT"));
  }

  @Override
  public AudioEncoder create(EncoderContext context) {
    return new HtsatEncoder(context);
  }
}
