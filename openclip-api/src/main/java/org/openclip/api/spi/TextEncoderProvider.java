package org.openclip.api.spi;

import java.util.Map;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.encoder.TextEncoder;

/**
 * A plugin that adds a family of text towers. A configuration chooses it with {@code "encoder":
 * "its name"} in {@code text_cfg}. The reference's configurations have no such key; they use the
 * provider that {@linkplain #matches recognises} them.
 */
public interface TextEncoderProvider extends Provider {
  /** Returns whether a configuration that names no encoder describes a tower of this family. */
  default boolean matches(Map<String, Object> textConfig) {
    return false;
  }

  /**
   * Creates an encoder.
   *
   * @throws InvalidConfigException when the configuration has an unknown key or a bad value
   */
  TextEncoder create(EncoderContext context);
}
