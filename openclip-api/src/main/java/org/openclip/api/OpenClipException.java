package org.openclip.api;

import org.jspecify.annotations.Nullable;

/**
 * The base of the exceptions that OpenCLIP throws on purpose. The message states the value, the
 * bound that it broke, and what to do about it. One is not among them: {@link
 * InterruptedCallException}, after an interrupt, when nothing is wrong.
 */
public class OpenClipException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception with a message for the user. */
  public OpenClipException(String message) {
    super(message);
  }

  /** Creates an exception with a message for the user and the failure that caused it. */
  public OpenClipException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
