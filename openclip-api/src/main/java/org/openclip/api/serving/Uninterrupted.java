package org.openclip.api.serving;

/** Waits that an interrupt does not end; it is kept for later. */
final class Uninterrupted {
  private Uninterrupted() {}

  /** Something that waits. */
  interface Wait {
    void await() throws InterruptedException;
  }

  static void await(Wait wait) {
    boolean interrupted = false;
    while (true) {
      try {
        wait.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
