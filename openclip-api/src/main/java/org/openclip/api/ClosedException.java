package org.openclip.api;

/** A model, program or backend that was used after it had been closed. */
public class ClosedException extends OpenClipException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception that names what was closed. */
  public ClosedException(String what) {
    super(what + " is closed; open it again, or close it after its last use");
  }
}
