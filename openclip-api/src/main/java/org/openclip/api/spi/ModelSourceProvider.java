package org.openclip.api.spi;

import org.openclip.api.InvalidInputException;

/**
 * A plugin that finds models behind a scheme, as in {@code local-dir:/models/cats}. The provider's
 * name is the scheme.
 */
public interface ModelSourceProvider extends Provider {
  /**
   * Returns the files of a model, {@code open_clip_config.json} and its checkpoint among them,
   * before any is fetched.
   *
   * @param location what follows the scheme and its colon
   * @throws InvalidInputException when it is no location of this scheme
   */
  ModelSource open(String location, FetchOptions options);
}
