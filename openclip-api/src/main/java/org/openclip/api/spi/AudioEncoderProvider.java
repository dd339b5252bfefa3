package org.openclip.api.spi;

import java.util.Map;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.encoder.AudioEncoder;
import org.openclip.api.encoder.EncoderContext;

/**
 * A plugin that adds a family of audio towers. A configuration chooses it with {@code "encoder":
 * "its name"} in {@code audio_cfg}. The reference's configurations have no such key; they use the
 * provider that {@linkplain #matches recognises} them.
 */
public interface AudioEncoderProvider extends Provider {
  /** Returns whether a configuration that names no encoder describes a tower of this family. */
  default boolean matches(Map<String, Object> audioConfig) {
    return false;
  }

  /**
   * Creates an encoder.
   *
   * @throws InvalidConfigException when the configuration has an unknown key or a bad value
   */
  AudioEncoder create(EncoderContext context);
}
