/** The ONNX Runtime backend. */
module org.openclip.backend.onnx {
  requires org.openclip.api;
  requires com.microsoft.onnxruntime;
  requires static org.jspecify;

  provides org.openclip.api.spi.BackendProvider with
      org.openclip.backend.onnx.OnnxBackendProvider;
}
