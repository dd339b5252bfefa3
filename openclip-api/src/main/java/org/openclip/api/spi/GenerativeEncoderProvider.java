package org.openclip.api.spi;

import java.util.Map;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.encoder.GenerativeEncoder;

/**
 * A plugin that adds a family of generative models, which write texts about images or sounds
 * without a text tower. A configuration uses the provider that recognises its {@code model_cfg}.
 */
public interface GenerativeEncoderProvider extends Provider {
  /** Returns whether a {@code model_cfg} describes a model of this family. */
  boolean matches(Map<String, Object> modelConfig);

  /**
   * Creates an encoder.
   *
   * @throws InvalidConfigException when the configuration has an unknown key or a bad value
   */
  GenerativeEncoder create(Map<String, Object> modelConfig);
}
