package org.openclip.api.serving;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.openclip.api.BusyException;
import org.openclip.api.ClosedException;

/** Counts the calls under way, refuses those beyond a bound, and waits for the last. */
final class Calls {
  private final String what;
  private final int bound;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition over = lock.newCondition();
  private int underWay;
  private boolean closed;

  Calls(String what, int bound) {
    this.what = what;
    this.bound = bound;
  }

  /**
   * Begins calls, all or none.
   *
   * @throws ClosedException after {@link #close}
   * @throws BusyException when there are too many
   */
  void begin(int count) {
    lock.lock();
    try {
      if (closed) {
        throw new ClosedException(what);
      }
      if (underWay + count > bound) {
        throw new BusyException(what, bound);
      }
      underWay += count;
    } finally {
      lock.unlock();
    }
  }

  void end() {
    lock.lock();
    try {
      underWay--;
      over.signalAll();
    } finally {
      lock.unlock();
    }
  }

  int underWay() {
    lock.lock();
    try {
      return underWay;
    } finally {
      lock.unlock();
    }
  }

  /** Lets no more calls begin; returns whether this was the first to say so. */
  boolean close() {
    lock.lock();
    try {
      boolean first = !closed;
      closed = true;
      return first;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until no call is under way.
   *
   * @throws InterruptedException when the thread is interrupted before
   */
  void await() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (underWay > 0) {
        over.await();
      }
    } finally {
      lock.unlock();
    }
  }
}
