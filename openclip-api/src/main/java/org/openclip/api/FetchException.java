package org.openclip.api;

import org.jspecify.annotations.Nullable;

/** Thrown when a model hub or another server does not return a requested file. */
public final class FetchException extends OpenClipException {
  private static final long serialVersionUID = 1L;

  private final String location;
  private final int status;

  /**
   * Creates an exception.
   *
   * @param location the requested location, such as {@code hf-hub:org/repository}
   * @param status the HTTP status of the response, or 0 when there was no response
   * @param problem what is wrong with it and what to do, without the location
   * @param cause the cause; null when the server refused the request
   */
  public FetchException(String location, int status, String problem, @Nullable Throwable cause) {
    super(location + " " + problem, cause);
    this.location = location;
    this.status = status;
  }

  /** Returns the requested location. */
  public String location() {
    return location;
  }

  /** Returns the HTTP status of the response, or 0 when there was no response. */
  public int status() {
    return status;
  }
}
