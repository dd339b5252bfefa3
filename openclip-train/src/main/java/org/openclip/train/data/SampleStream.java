package org.openclip.train.data;

import org.jspecify.annotations.Nullable;

/** The samples of an epoch, one after the other. For one thread. */
public interface SampleStream extends AutoCloseable {
  /** Returns the next sample; null after the last. Samples that cannot be read are left out. */
  @Nullable Sample next();

  @Override
  void close();
}
