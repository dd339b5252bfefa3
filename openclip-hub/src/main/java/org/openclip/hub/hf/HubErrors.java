package org.openclip.hub.hf;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.openclip.api.FetchException;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.InvalidFileException;
import org.openclip.hub.http.Http;
import org.openclip.hub.io.JsonObjects;

/** The hub's refusals in words that say what to do. */
final class HubErrors {
  private HubErrors() {}

  /**
   * Returns when an answer is good or a redirect.
   *
   * @throws FetchException when it is neither
   */
  static void check(HttpResponse<byte[]> response, HubLocation location, HubSettings settings) {
    int status = response.statusCode();
    if (status < 400) {
      return;
    }
    throw new FetchException(
        location.toString(), status, problem(response, location, settings), null);
  }

  private static String problem(
      HttpResponse<byte[]> response, HubLocation location, HubSettings settings) {
    int status = response.statusCode();
    String message = response.headers().firstValue("X-Error-Message").orElse("");
    boolean known = settings.token() != null;
    String page = settings.endpoint() + "/" + location.repository();
    switch (code(response)) {
      case "GatedRepo" -> {
        return known
            ? "is gated, and the account of the token in %s has no access; request access at %s"
                .formatted(settings.tokenOrigin(), page)
            : "is gated: accept its conditions at %s, then set HF_TOKEN to a token of that account"
                .formatted(page);
      }
      case "RevisionNotFound" -> {
        return "has no revision '" + location.revision() + "'";
      }
      case "EntryNotFound" -> {
        return "is not in the repository at revision '" + location.revision() + "'";
      }
      default -> {
        // The other cases are told by their status.
      }
    }
    if (message.startsWith("Access to this resource is disabled")) {
      return "is disabled by the hub; see " + page;
    }
    if (status == 401 && known && message.startsWith("Invalid credentials")) {
      return "was refused: the hub rejects the token in %s. Set a valid token, or unset it for public repositories"
          .formatted(settings.tokenOrigin());
    }
    // Without a token the hub does not tell a missing repository from a private one.
    if (status == 401 || (status == 404 && code(response).equals("RepoNotFound"))) {
      return "is not on the hub at %s, or is private%s"
          .formatted(
              settings.endpoint(),
              known
                  ? " and the account of the token in " + settings.tokenOrigin() + " has no access"
                  : "; for a private repository set HF_TOKEN");
    }
    return switch (status) {
      case 403 ->
          "is forbidden%s: the token does not have the permission"
              .formatted(message.isEmpty() ? "" : " (" + message + ")");
      case 404 -> "is not on the hub at " + settings.endpoint();
      case 429 ->
          "was refused: too many requests%s; try again later, or set HF_TOKEN for a higher limit"
              .formatted(message.isEmpty() ? "" : " (" + message + ")");
      default -> "was refused with status %s%s".formatted(status, detail(response, message));
    };
  }

  private static String code(HttpResponse<?> response) {
    return response.headers().firstValue("X-Error-Code").orElse("");
  }

  private static String detail(HttpResponse<byte[]> response, String message) {
    if (!message.isEmpty()) {
      return ": " + message;
    }
    try {
      Map<String, Object> json = JsonObjects.parse("answer", 0, response.body());
      return json.containsKey("error") ? ": " + json.get("error") : "";
    } catch (InvalidFileException e) {
      String text = new String(response.body(), StandardCharsets.UTF_8).strip();
      return text.isEmpty() || text.length() > 200 || text.startsWith("<") ? "" : ": " + text;
    }
  }

  /** Returns the error of a hub that does not answer. */
  static FetchException unreachable(HubLocation location, HubSettings settings, IOException cause) {
    InterruptedCallException.check("fetching " + location, cause);
    return new FetchException(
        location.toString(),
        0,
        "cannot be downloaded: %s does not respond (%s), and the cache %s does not contain it. Check the network and the proxy (HTTPS_PROXY), or set HF_ENDPOINT to another hub"
            .formatted(settings.endpoint(), Http.reason(cause), settings.cache()),
        cause);
  }
}
