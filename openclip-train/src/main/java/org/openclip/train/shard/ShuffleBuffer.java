package org.openclip.train.shard;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.openclip.train.data.Sample;
import org.openclip.train.data.SampleStream;

/**
 * A stream in an order that is random within a window: each sample that leaves a full buffer is
 * drawn from all that are in it.
 */
final class ShuffleBuffer implements SampleStream {
  private final SampleStream source;
  private final int size;
  private final SplittableRandom random;
  private final List<Sample> buffer = new ArrayList<>();
  private boolean ended;

  ShuffleBuffer(SampleStream source, int size, SplittableRandom random) {
    this.source = source;
    this.size = size;
    this.random = random;
  }

  @Override
  public @Nullable Sample next() {
    while (!ended && buffer.size() < size) {
      Sample sample = source.next();
      if (sample == null) {
        ended = true;
      } else {
        buffer.add(sample);
      }
    }
    if (buffer.isEmpty()) {
      return null;
    }
    int chosen = random.nextInt(buffer.size());
    Sample last = buffer.remove(buffer.size() - 1);
    return chosen == buffer.size() ? last : buffer.set(chosen, last);
  }

  @Override
  public void close() {
    source.close();
  }
}
