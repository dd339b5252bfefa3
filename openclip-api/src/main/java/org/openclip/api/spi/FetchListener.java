package org.openclip.api.spi;

/** Told how far a file has come on its way to this machine. */
@FunctionalInterface
public interface FetchListener {
  /** Listens to nothing. */
  FetchListener NONE = (name, done, total) -> {};

  /**
   * Called as bytes come, by one thread at a time, though not always the same one. It must be quick
   * and must not throw.
   *
   * @param name the file's name at its source
   * @param done how many bytes are here
   * @param total how many there will be, or -1 when nobody knows
   */
  void progress(String name, long done, long total);
}
