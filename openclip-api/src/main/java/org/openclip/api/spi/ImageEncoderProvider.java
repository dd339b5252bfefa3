package org.openclip.api.spi;

import java.util.Map;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.encoder.ImageEncoder;

/**
 * A plugin that adds a family of image towers. A configuration chooses it with {@code "encoder":
 * "its name"} in {@code vision_cfg}. The reference's configurations have no such key; they use the
 * provider that {@linkplain #matches recognises} them.
 */
public interface ImageEncoderProvider extends Provider {
  /** Returns whether a configuration that names no encoder describes a tower of this family. */
  default boolean matches(Map<String, Object> visionConfig) {
    return false;
  }

  /**
   * Creates an encoder.
   *
   * @throws InvalidConfigException when the configuration has an unknown key or a bad value
   */
  ImageEncoder create(EncoderContext context);
}
