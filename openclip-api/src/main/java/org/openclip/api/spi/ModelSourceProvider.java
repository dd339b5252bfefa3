package org.openclip.api.spi;

import org.openclip.api.InvalidInputException;

/**
 * A plugin that adds a scheme for model locations, as in {@code local-dir:/models/cats}. The
 * provider's name is the scheme.
 */
public interface ModelSourceProvider extends Provider {
  /**
   * Returns the files of a model, including {@code open_clip_config.json} and its checkpoint,
   * without downloading them.
   *
   * @param location the text after the scheme and its colon
   * @throws InvalidInputException when it is not a valid location of this scheme
   */
  ModelSource open(String location, FetchOptions options);
}
