package org.openclip.backend.tf;

import java.util.Optional;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.ModelExporter;
import org.openclip.api.spi.BackendProvider;
import org.openclip.backend.tf.export.SavedModelExporter;
import org.openclip.backend.tf.runtime.NativeLibrary;

/** Offers TensorFlow under the name {@code tf}. */
public final class TfBackendProvider implements BackendProvider {
  /** Creates the provider; nothing native is loaded yet. */
  public TfBackendProvider() {}

  @Override
  public String name() {
    return NativeLibrary.BACKEND;
  }

  @Override
  public int priority() {
    return 50;
  }

  @Override
  public boolean trains() {
    return true;
  }

  @Override
  public Optional<ModelExporter> exporter() {
    return Optional.of(new SavedModelExporter());
  }

  @Override
  public Backend open(BackendOptions options) {
    return TfBackend.open(options);
  }
}
