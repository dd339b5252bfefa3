package org.openclip.models.naflex;

import java.util.Locale;
import java.util.Map;
import org.openclip.api.encoder.AudioEncoder;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.spi.AudioEncoderProvider;

/** Provides NaFlexCLAP's audio tower, for configurations with its model type. */
public final class NaFlexAudioProvider implements AudioEncoderProvider {
  /** Creates the provider. */
  public NaFlexAudioProvider() {}

  @Override
  public String name() {
    return "naflexvit";
  }

  @Override
  public boolean matches(Map<String, Object> audioConfig) {
    return audioConfig.get("model_type") instanceof String type
        && type.toLowerCase(Locale.ROOT).equals(name());
  }

  @Override
  public AudioEncoder create(EncoderContext context) {
    return new NaFlexAudioEncoder(context);
  }
}
