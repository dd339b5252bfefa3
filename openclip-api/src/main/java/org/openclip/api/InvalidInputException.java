package org.openclip.api;

/** Thrown when an image, a text or an argument is missing, unreadable, or out of bounds. */
public class InvalidInputException extends OpenClipException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception whose message says what is wrong with the input and what to use instead.
   */
  public InvalidInputException(String message) {
    super(message);
  }

  /** Creates an exception whose message says what is wrong with the input, with its cause. */
  public InvalidInputException(String message, Throwable cause) {
    super(message, cause);
  }
}
