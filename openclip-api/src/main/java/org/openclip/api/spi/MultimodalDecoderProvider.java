package org.openclip.api.spi;

import java.util.Map;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.encoder.DecoderContext;
import org.openclip.api.encoder.MultimodalDecoder;

/**
 * A plugin that brings a family of multimodal decoders, which write captions. A configuration
 * chooses it by {@code "encoder": "its name"} in {@code multimodal_cfg}; configurations of the
 * reference, which have no such key, go to the provider that {@linkplain #matches recognises} them.
 */
public interface MultimodalDecoderProvider extends Provider {
  /** Returns whether a configuration that names no decoder describes one of this family. */
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
