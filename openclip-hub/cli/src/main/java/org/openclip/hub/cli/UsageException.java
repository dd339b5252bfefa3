package org.openclip.hub.cli;

import org.openclip.api.OpenClipException;

/** Thrown when the arguments of a command are invalid; the exit code is 2. */
public final class UsageException extends OpenClipException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception with what is wrong and what to write instead. */
  public UsageException(String message) {
    super(message);
  }
}
