package org.openclip.train.data;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A guess, while samples are read ahead, of the batch that each will be in. Samples that turn out
 * to be unusable leave room for later ones.
 */
final class Expectation {
  private final BatchSchedule schedule;
  private final int epoch;
  private final long first;
  private final AtomicInteger lost = new AtomicInteger();
  private long batch;
  private int filled;

  /** Begins with an empty batch of an epoch. */
  Expectation(BatchSchedule schedule, int epoch, long first) {
    this.schedule = schedule;
    this.epoch = epoch;
    this.first = first;
    this.batch = first;
  }

  /** Tells that a sample that was guessed about cannot be used; from any thread. */
  void lost() {
    lost.incrementAndGet();
  }

  /** Returns the shape of the batch that the next sample will be in, as far as is known. */
  BatchShape next() {
    filled -= lost.getAndSet(0);
    while (filled < 0 && batch > first) {
      batch--;
      filled += schedule.at(epoch, batch).size();
    }
    filled = Math.max(0, filled);
    BatchShape shape = schedule.at(epoch, batch);
    if (filled >= shape.size()) {
      filled -= shape.size();
      shape = schedule.at(epoch, ++batch);
    }
    filled++;
    return shape;
  }
}
