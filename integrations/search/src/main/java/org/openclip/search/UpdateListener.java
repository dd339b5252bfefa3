package org.openclip.search;

import org.openclip.api.OpenClipException;

/** Is told how the update of an index goes on, by the thread that asked for it. */
public interface UpdateListener {
  /** Listens to nothing: a picture that cannot be read ends the work. */
  UpdateListener NONE = new UpdateListener() {};

  /**
   * Takes note of how much there is to embed.
   *
   * @param pictures new and changed ones
   */
  default void begins(long pictures) {}

  /**
   * Takes note that a batch is over.
   *
   * @param pictures how many are over by now
   */
  default void done(long pictures) {}

  /**
   * Judges a picture that cannot be read: throwing ends the work, as the default does, and
   * returning leaves it out of the index.
   *
   * @param reason names the file
   */
  default void failed(String path, OpenClipException reason) {
    throw reason;
  }

  /** Returns whether the work shall end after this batch; what was done stays. */
  default boolean cancelled() {
    return false;
  }
}
