package org.openclip.api.spi;

import java.util.Map;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.encoder.DecoderContext;
import org.openclip.api.encoder.MultimodalDecoder;

/**
 * A plugin that adds a family of multimodal decoders, which write captions. A configuration chooses
 * it with {@code "encoder": "its name"} in {@code multimodal_cfg}. The reference's configurations
 * have no such key; they use the provider that {@linkplain #matches recognises} them.
 */
public interface MultimodalDecoderProvider extends Provider {
  /** Returns whether a configuration that names no decoder describes a decoder of this family. */
  default boolean matches(Map<String, Object> multimodalConfig) {
    return false;
  }

  /**
   * Creates a decoder.
   *
   * @throws InvalidConfigException when the configuration has an unknown key or a bad value
   */
  MultimodalDecoder create(DecoderContext context);
}
