package org.openclip.models.audio;

import java.util.Map;
import org.openclip.api.encoder.AudioEncoder;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.spi.AudioEncoderProvider;

/** Provides Whisper's encoder as an audio tower, for configurations with its model type. */
public final class WhisperProvider implements AudioEncoderProvider {
  /** Creates the provider. */
  public WhisperProvider() {}

  @Override
  public String name() {
    return "whisper";
  }

  @Override
  public boolean matches(Map<String, Object> audioConfig) {
    return "whisper".equals(audioConfig.get("model_type"));
  }

  @Override
  public AudioEncoder create(EncoderContext context) {
    return new WhisperEncoder(context);
  }
}
