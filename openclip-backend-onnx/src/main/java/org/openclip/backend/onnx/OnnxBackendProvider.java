package org.openclip.backend.onnx;

import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.LibraryMismatch;
import org.openclip.api.backend.ModelExporter;
import org.openclip.api.spi.BackendProvider;
import org.openclip.backend.onnx.model.OnnxModel;

/** Offers ONNX Runtime under the name {@code onnx}, the preferred one for inference. */
public final class OnnxBackendProvider implements BackendProvider {
  /** The backend's name. */
  static final String NAME = OnnxModel.BACKEND;

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
    return linked(() -> OnnxBackend.open(options));
  }

  /**
   * Makes a call into the runtime.
   *
   * @throws org.openclip.api.BackendException when it is missing, or another version
   */
  static <T> T linked(Supplier<T> call) {
    return LibraryMismatch.guard(
        NAME,
        Map.of("ai.onnxruntime.OrtEnvironment", "com.microsoft.onnxruntime:onnxruntime"),
        OnnxBackendProvider.class.getClassLoader(),
        call);
  }

  @Override
  public Optional<ModelExporter> exporter() {
    return Optional.of(new OnnxExporter());
  }
}
