package org.openclip.api;

import org.jspecify.annotations.Nullable;

/**
 * A model hub, or another place that files are fetched from, does not give what it was asked for.
 */
public final class FetchException extends OpenClipException {
  private static final long serialVersionUID = 1L;

  private final String location;
  private final int status;

  /**
   * Creates an exception.
   *
   * @param location what was asked for, such as {@code hf-hub:org/repository}
   * @param status the HTTP status of the answer, or 0 when there was none
   * @param problem what is wrong with it and what to do, without the location
   * @param cause the failure behind it; null when the place itself said no
   */
  public FetchException(String location, int status, String problem, @Nullable Throwable cause) {
    super(location + " " + problem, cause);
    this.location = location;
    this.status = status;
  }

  /** Returns what was asked for. */
  public String location() {
    return location;
  }

  /** Returns the HTTP status of the answer, or 0 when there was none. */
  public int status() {
    return status;
  }
}
