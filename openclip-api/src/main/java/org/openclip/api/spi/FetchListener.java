package org.openclip.api.spi;

/** Follows the progress of downloads. */
@FunctionalInterface
public interface FetchListener {
  /** A listener that does nothing. */
  FetchListener NONE = (name, done, total) -> {};

  /**
   * Called when bytes have arrived, by one thread at a time, but not always by the same one. It
   * must be fast and must not throw.
   *
   * @param name the file's name at its source
   * @param done the number of bytes downloaded so far
   * @param total the size of the file in bytes, or -1 when it is unknown
   */
  void progress(String name, long done, long total);
}
