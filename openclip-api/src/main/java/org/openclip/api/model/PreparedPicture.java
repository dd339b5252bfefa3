package org.openclip.api.model;

/**
 * A picture as the tower of one model takes it: read, decoded and preprocessed, or, for models that
 * do all at once, yet to be so. It holds memory until it is closed; closing twice is harmless.
 */
public interface PreparedPicture extends AutoCloseable {
  /** Returns what messages call it. */
  String name();

  @Override
  void close();
}
