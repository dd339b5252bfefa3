package org.openclip.server.http;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes of requests may be in memory at once. */
final class ByteBudget {
  private final long most;
  private final AtomicLong taken = new AtomicLong();

  ByteBudget(long most) {
    this.most = most;
  }

  /**
   * Takes bytes from it.
   *
   * @throws Problem when there are not so many left
   */
  void take(long bytes) {
    if (taken.addAndGet(bytes) > most) {
      taken.addAndGet(-bytes);
      throw Problem.later(429, "busy", "the requests in progress use too much memory; try again");
    }
  }

  void giveBack(long bytes) {
    taken.addAndGet(-bytes);
  }

  long taken() {
    return taken.get();
  }
}
