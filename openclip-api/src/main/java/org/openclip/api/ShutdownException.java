package org.openclip.api;

import org.jspecify.annotations.Nullable;

/** A call that began while the JVM was shutting down, when models no longer answer. */
public class ShutdownException extends OpenClipException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception that names what was called. */
  public ShutdownException(String what) {
    this(what, null);
  }

  /** Creates an exception that names what was called, with the failure behind it. */
  public ShutdownException(String what, @Nullable Throwable cause) {
    super(
        what
            + " takes no more calls, for the JVM is shutting down; calls that began before are"
            + " finished. Make the last call before System.exit and not in a shutdown hook, and let"
            + " a server stop taking requests first",
        cause);
  }
}
