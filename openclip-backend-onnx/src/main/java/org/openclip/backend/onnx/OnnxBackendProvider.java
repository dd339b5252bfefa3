package org.openclip.backend.onnx;

import java.util.Optional;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.ModelExporter;
import org.openclip.api.spi.BackendProvider;

/** Offers ONNX Runtime under the name {@code onnx}, the preferred one for inference. */
public final class OnnxBackendProvider implements BackendProvider {
  /** The backend's name. */
  static final String NAME = "onnx";

  /** Creates the provider; nothing native is loaded yet. */
  public OnnxBackendProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int priority() {
    return 100;
  }

  @Override
  public Backend open(BackendOptions options) {
    return OnnxBackend.open(options);
  }

  @Override
  public Optional<ModelExporter> exporter() {
    return Optional.of(new OnnxExporter());
  }
}
