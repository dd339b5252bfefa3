package org.openclip.backend.tf.runtime;

/**
 * How the threads of a process are shared out, once for all of its graphs.
 *
 * @param operations how many operations run at a time
 * @param each how many threads work on one operation
 */
public record Threads(int operations, int each) {
  private static final int PAIR = 2;

  /** Returns threads that work on one operation at a time. */
  public static Threads together(int count) {
    return new Threads(1, count);
  }

  /**
   * Returns threads for a training, which has two towers and two derivatives of each product: two
   * threads work on an operation each, and do not wait for each other. More threads work together.
   */
  public static Threads training(int count) {
    return count == PAIR ? new Threads(PAIR, 1) : together(count);
  }

  /** Returns how many threads there are. */
  public int all() {
    return operations * each;
  }
}
