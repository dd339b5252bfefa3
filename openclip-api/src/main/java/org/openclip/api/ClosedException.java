package org.openclip.api;

/** Thrown when a model, program or backend is used after it was closed. */
public class ClosedException extends OpenClipException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception that names what was closed. */
  public ClosedException(String what) {
    super(what + " is closed; open it again, or close it after its last use");
  }
}
