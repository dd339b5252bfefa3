package org.openclip.train.data;

import org.jspecify.annotations.Nullable;

/**
 * Every so-many-th sample of a stream that all processes read: the share of one that measures. The
 * order is that of the whole, however many there are.
 *
 * @param all the whole
 * @param rank which process this is, from 0
 * @param ranks how many there are
 */
public record Share(SampleStream all, int rank, int ranks) implements SampleStream {
  @Override
  public @Nullable Sample next() {
    Sample mine = null;
    for (int i = 0; i < ranks; i++) {
      Sample sample = all.next();
      if (i == rank) {
        mine = sample;
      }
    }
    return mine;
  }

  @Override
  public void close() {
    all.close();
  }
}
