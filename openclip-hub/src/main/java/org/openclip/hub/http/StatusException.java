package org.openclip.hub.http;

import java.net.ProtocolException;
import java.net.http.HttpResponse;

/** Thrown when a server responds with an HTTP status for which a retry is useless. */
public final class StatusException extends ProtocolException {
  private static final long serialVersionUID = 1L;

  private final int status;

  StatusException(HttpResponse<?> response) {
    super(
        Http.shown(response.uri())
            + " responded with status "
            + response.statusCode()
            + response.headers().firstValue("Content-Range").map(r -> ", range " + r).orElse(""));
    this.status = response.statusCode();
  }

  /** Returns the status of the answer. */
  public int status() {
    return status;
  }
}
