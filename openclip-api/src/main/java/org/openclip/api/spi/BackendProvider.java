package org.openclip.api.spi;

import org.openclip.api.BackendException;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;

/** A plugin that brings a numerical runtime. */
public interface BackendProvider extends Provider {
  /**
   * Opens the runtime.
   *
   * @throws BackendException when its native library, the device or the precision is not to be had
   */
  Backend open(BackendOptions options);
}
