package org.openclip.api.serving;

import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;

/** Failures of other threads. */
final class Failures {
  private Failures() {}

  /**
   * Returns a failure of another thread for throwing in this one.
   *
   * @param what could not be done, for failures that are no unchecked ones
   */
  static RuntimeException of(String what, @Nullable Throwable cause) {
    if (cause instanceof RuntimeException failure) {
      return failure;
    }
    if (cause instanceof Error failure) {
      throw failure;
    }
    return new OpenClipException(what + ": " + cause, cause);
  }
}
