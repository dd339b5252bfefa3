package org.openclip.api.spi;

import java.util.Optional;
import org.openclip.api.BackendException;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.ModelExporter;

/** A plugin that brings a numerical runtime. */
public interface BackendProvider extends Provider {
  /**
   * Opens the runtime.
   *
   * @throws BackendException when its native library, the device or the precision is not to be had
   */
  Backend open(BackendOptions options);

  /** Returns whether its backends can {@linkplain Backend#train train}. */
  default boolean trains() {
    return false;
  }

  /** Returns what writes models in the runtime's own file format; empty when it has none. */
  default Optional<ModelExporter> exporter() {
    return Optional.empty();
  }
}
