package org.openclip.api;

/** A call that was refused because as many as may be are under way. Nothing is wrong with it. */
public class BusyException extends OpenClipException {
  private static final long serialVersionUID = 1L;

  private final int bound;

  /**
   * Creates an exception.
   *
   * @param what refuses the call
   * @param bound how many calls may be under way
   */
  public BusyException(String what, int bound) {
    super(
        "%s has %s calls in progress, which is its limit; call again later, or raise the limit"
            .formatted(what, bound));
    this.bound = bound;
  }

  /** Returns how many calls may be under way. */
  public int bound() {
    return bound;
  }
}
