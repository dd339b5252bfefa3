package org.openclip.server.http;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Holds answers back for a moment. A caller that waits for an answer opens no other connection, so
 * a server can stop to listen meanwhile without cutting one off that has just been opened.
 */
final class Gate {
  private static final long LONGEST_MILLIS = 5000;

  private volatile @Nullable CountDownLatch shut;

  void shut() {
    shut = new CountDownLatch(1);
  }

  void open() {
    CountDownLatch latch = shut;
    shut = null;
    if (latch != null) {
      latch.countDown();
    }
  }

  /** Waits until it is open, but not for ever. */
  void pass() {
    CountDownLatch latch = shut;
    if (latch == null) {
      return;
    }
    try {
      latch.await(LONGEST_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
