package org.openclip.api;

/** A picture, a text or an argument that cannot be used: missing, unreadable, or out of bounds. */
public class InvalidInputException extends OpenClipException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception that says what is wrong with the input and what to give instead. */
  public InvalidInputException(String message) {
    super(message);
  }

  /** Creates an exception that says what is wrong with the input, with the failure behind it. */
  public InvalidInputException(String message, Throwable cause) {
    super(message, cause);
  }
}
