package org.openclip.api;

import org.jspecify.annotations.Nullable;

/**
 * The base class of the exceptions of OpenCLIP. The message states the value, the bound that it
 * violates, and what to do. {@link InterruptedCallException} is not a subclass, because after an
 * interrupt nothing is wrong.
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
