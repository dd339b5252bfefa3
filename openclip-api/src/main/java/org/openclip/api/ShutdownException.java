package org.openclip.api;

import org.jspecify.annotations.Nullable;

/** Thrown when a call begins while the JVM is shutting down and models cannot run any more. */
public class ShutdownException extends OpenClipException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception that names what was called. */
  public ShutdownException(String what) {
    this(what, null);
  }

  /** Creates an exception that names what was called, with its cause. */
  public ShutdownException(String what, @Nullable Throwable cause) {
    super(
        what
            + " accepts no more calls because the JVM is shutting down; calls in progress are"
            + " finished. Make the last call before System.exit and not in a shutdown hook; a"
            + " server must first stop accepting requests",
        cause);
  }
}
