/** The ONNX Runtime backend. */
module org.openclip.backend.onnx {
  requires org.openclip.api;
  requires static org.jspecify;
}
