package org.openclip.api.spi;

import java.util.Map;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.text.TokenizerContext;

/** A plugin that adds a kind of tokenizer. */
public interface TokenizerProvider extends Provider {
  /** Returns whether a model with this {@code text_cfg} needs a tokenizer of this kind. */
  boolean matches(Map<String, Object> textConfig);

  /**
   * Creates a tokenizer.
   *
   * @throws InvalidConfigException when the configuration has an unknown key or a bad value
   */
  Tokenizer create(TokenizerContext context);
}
