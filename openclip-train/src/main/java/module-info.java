/** Training and evaluation of CLIP models. */
module org.openclip.train {
  requires transitive org.openclip.api;
  requires static org.jspecify;
}
