package org.openclip.hub.runtime;

import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.openclip.api.ClosedException;
import org.openclip.api.backend.CallsUnderWay;

/** Lets calls pass until it is closed; closing waits for those under way. */
public final class OpenGate {
  private final String what;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean closed;

  public OpenGate(String what) {
    this.what = what;
  }

  /**
   * Makes a call.
   *
   * @throws ClosedException after {@link #close}
   * @throws org.openclip.api.ShutdownException when the JVM is ending
   */
  <T> T pass(Supplier<T> call) {
    return CallsUnderWay.begin(what, () -> passing(call));
  }

  private <T> T passing(Supplier<T> call) {
    lock.readLock().lock();
    try {
      if (closed) {
        throw new ClosedException(what);
      }
      return call.get();
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Waits for calls under way and returns whether this is the first closing. */
  boolean close() {
    lock.writeLock().lock();
    try {
      boolean first = !closed;
      closed = true;
      return first;
    } finally {
      lock.writeLock().unlock();
    }
  }
}
