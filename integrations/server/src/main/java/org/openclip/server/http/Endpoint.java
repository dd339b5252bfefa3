package org.openclip.server.http;

import java.util.LinkedHashMap;
import java.util.Map;

/** What answers under a path. */
public interface Endpoint {
  /**
   * Answers a request.
   *
   * @throws Problem when something is wrong with it
   */
  void answer(Exchange exchange);

  /** Returns a problem as its callers expect it; as OpenAI has it unless told otherwise. */
  default Map<String, ?> describe(Problem problem) {
    Map<String, Object> error = new LinkedHashMap<>();
    error.put("message", problem.message());
    error.put("type", problem.status() < 500 ? "invalid_request_error" : "server_error");
    error.put("param", null);
    error.put("code", problem.code());
    return Map.of("error", error);
  }
}
