package org.openclip.hub.runtime;

import java.util.ArrayDeque;
import java.util.Deque;

/** What has been opened and must be closed again, in the reverse order. Safe for many threads. */
public final class Resources implements AutoCloseable {
  private final Deque<Runnable> closers = new ArrayDeque<>();

  /** Remembers how to close something that has just been opened. */
  public synchronized void closeLater(Runnable closer) {
    closers.push(closer);
  }

  /** Closes everything, even where one part fails; a second call has nothing left to close. */
  @Override
  public synchronized void close() {
    RuntimeException failure = null;
    while (!closers.isEmpty()) {
      try {
        closers.pop().run();
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
