package org.openclip.hub.http;

import java.net.ProtocolException;
import java.net.http.HttpResponse;

/** A server answered with a status that trying again does not change. */
public final class StatusException extends ProtocolException {
  private static final long serialVersionUID = 1L;

  private final int status;

  StatusException(HttpResponse<?> response) {
    super(
        Http.shown(response.uri())
            + " answered with status "
            + response.statusCode()
            + response.headers().firstValue("Content-Range").map(r -> ", range " + r).orElse(""));
    this.status = response.statusCode();
  }

  /** Returns the status of the answer. */
  public int status() {
    return status;
  }
}
