/** The TensorFlow backend. */
module org.openclip.backend.tf {
  requires org.openclip.api;
  requires static org.jspecify;
}
