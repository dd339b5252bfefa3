/** Finding, reading and writing models, and the {@code OpenClip} facade. */
module org.openclip.hub {
  requires org.openclip.api;
  requires static org.jspecify;
}
