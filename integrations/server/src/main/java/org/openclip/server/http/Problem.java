package org.openclip.server.http;

import org.jspecify.annotations.Nullable;

/** What is wrong with a request, as its caller is told. */
public final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;
  private final boolean again;

  private Problem(int status, String code, String message, boolean again, @Nullable Throwable why) {
    super(message, why, false, false);
    this.status = status;
    this.code = code;
    this.again = again;
  }

  /**
   * Creates a problem that is the caller's.
   *
   * @param status from 400 to 499
   * @param code a word for programs
   * @param message what, where, which bound, and what to do
   */
  public static Problem of(int status, String code, String message) {
    return new Problem(status, code, message, false, null);
  }

  /** Creates the problem of a request that cannot be understood. */
  public static Problem invalid(String message) {
    return of(400, "invalid_request", message);
  }

  /** Creates a problem that may be gone when the caller tries again. */
  public static Problem later(int status, String code, String message) {
    return new Problem(status, code, message, true, null);
  }

  /** Returns the status of HTTP. */
  public int status() {
    return status;
  }

  /** Returns a word for programs. */
  public String code() {
    return code;
  }

  /** Returns whether the caller may try again. */
  public boolean again() {
    return again;
  }

  /** Returns what people read. */
  public String message() {
    return String.valueOf(getMessage());
  }
}
