/** Training and evaluation of CLIP models. */
module org.openclip.train {
  requires transitive org.openclip.api;
  requires org.apache.commons.compress;
  requires org.apache.commons.csv;
  requires static org.jspecify;

  exports org.openclip.train.data;
  exports org.openclip.train.plan;
}
