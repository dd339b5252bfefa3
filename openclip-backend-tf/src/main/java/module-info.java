/** The TensorFlow backend. */
module org.openclip.backend.tf {
  requires org.openclip.api;
  requires com.google.protobuf;
  requires org.bytedeco.javacpp;
  requires tensorflow.nativelib;
  requires static org.jspecify;

  provides org.openclip.api.spi.BackendProvider with
      org.openclip.backend.tf.TfBackendProvider;
}
