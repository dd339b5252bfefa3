package org.openclip.api.spi;

import java.util.Optional;
import org.openclip.api.BackendException;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.ModelExporter;

/** A plugin that adds a backend: a numerical runtime. */
public interface BackendProvider extends Provider {
  /**
   * Opens the runtime.
   *
   * @throws BackendException when its native library, the device or the precision is not available
   */
  Backend open(BackendOptions options);

  /** Returns whether its backends support {@linkplain Backend#train training}. */
  default boolean trains() {
    return false;
  }

  /** Returns the exporter for the runtime's own file format; empty when there is none. */
  default Optional<ModelExporter> exporter() {
    return Optional.empty();
  }
}
