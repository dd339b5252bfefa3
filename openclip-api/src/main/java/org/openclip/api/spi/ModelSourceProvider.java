package org.openclip.api.spi;

import java.nio.file.Path;

/** A plugin that finds model folders behind a scheme, as in {@code local-dir:/models/cats}. */
public interface ModelSourceProvider extends Provider {
  /**
   * Returns the folder of a model, with {@code open_clip_config.json} and its checkpoint, fetched
   * if need be. The provider's name is the scheme.
   *
   * @param location what follows the scheme and its colon
   */
  Path folder(String location);
}
