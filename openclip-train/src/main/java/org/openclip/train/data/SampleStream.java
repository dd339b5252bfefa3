package org.openclip.train.data;

import org.jspecify.annotations.Nullable;

/** The samples of an epoch, one after the other. Not thread-safe. */
public interface SampleStream extends AutoCloseable {
  /** Returns the next sample; null after the last. Samples that cannot be read are skipped. */
  @Nullable Sample next();

  /** Returns how often all samples had come by before the last one that was returned. */
  default int pass() {
    return 0;
  }

  /** Says that somebody waits for the next sample; may be called from another thread. */
  default void demand() {}

  @Override
  void close();
}
