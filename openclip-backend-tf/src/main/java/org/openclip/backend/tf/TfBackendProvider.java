package org.openclip.backend.tf;

import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.LibraryMismatch;
import org.openclip.api.backend.ModelExporter;
import org.openclip.api.spi.BackendProvider;
import org.openclip.backend.tf.export.SavedModelExporter;
import org.openclip.backend.tf.runtime.NativeLibrary;

/** Offers TensorFlow under the name {@code tf}. */
public final class TfBackendProvider implements BackendProvider {
  private static final Map<String, String> LIBRARIES =
      Map.of(
          "com.google.protobuf.Message",
          "com.google.protobuf:protobuf-java",
          "org.bytedeco.javacpp.Loader",
          "org.bytedeco:javacpp",
          "org.tensorflow.proto.ConfigProto",
          "org.tensorflow:tensorflow-core-native");

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
    return linked(() -> TfBackend.open(options));
  }

  /**
   * Makes a call into the libraries.
   *
   * @throws org.openclip.api.BackendException when their versions do not fit together
   */
  static <T> T linked(Supplier<T> call) {
    return LibraryMismatch.guard(
        NativeLibrary.BACKEND, LIBRARIES, TfBackendProvider.class.getClassLoader(), call);
  }
}
