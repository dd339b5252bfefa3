package org.openclip.hub.cli;

import org.openclip.api.OpenClipException;

/** A command was called in a way that it does not understand; it ends with exit code 2. */
public final class UsageException extends OpenClipException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception with what is wrong and what to write instead. */
  public UsageException(String message) {
    super(message);
  }
}
