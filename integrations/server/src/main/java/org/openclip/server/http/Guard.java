package org.openclip.server.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.openclip.server.settings.ServerOptions;

/** Lets those in who may ask. */
final class Guard {
  private static final Pattern PORT = Pattern.compile(":[0-9]*$");
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|\\[[0-9a-fA-F:.%]+]");
  private static final String BEARER = "Bearer ";

  private final List<byte[]> keys;
  private final List<String> names;
  private final boolean local;

  /**
   * Creates a guard.
   *
   * @param local whether the server serves its own machine alone
   */
  Guard(ServerOptions options, boolean local) {
    this.keys = options.apiKeys().stream().map(Guard::bytes).toList();
    this.names = options.serverNames().stream().map(n -> n.toLowerCase(Locale.ROOT)).toList();
    this.local = local;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Refuses requests by a name that is not this machine's: a web page of that name, whose owner
   * lets it stand for this machine's address, would send them (DNS rebinding).
   */
  void checkName(Exchange exchange) {
    String host = PORT.matcher(exchange.header("Host")).replaceFirst("").toLowerCase(Locale.ROOT);
    if (local
        && !host.isEmpty()
        && !host.equals("localhost")
        && !ADDRESS.matcher(host).matches()
        && !names.contains(host)) {
      throw Problem.of(
          421,
          "unknown_host",
          "the host name %s is not allowed; start the server with --server-name".formatted(host));
    }
  }

  /** Refuses requests without a key, when keys are asked for. */
  void checkKey(Exchange exchange) {
    if (keys.isEmpty()) {
      return;
    }
    String header = exchange.header("Authorization");
    boolean bearer = header.regionMatches(true, 0, BEARER, 0, BEARER.length());
    byte[] given = bytes(bearer ? header.substring(BEARER.length()).strip() : "");
    boolean known = false;
    for (byte[] key : keys) {
      // Each is compared to its end, so that the time tells nothing.
      known |= MessageDigest.isEqual(key, given);
    }
    if (!known) {
      exchange.setHeader("WWW-Authenticate", "Bearer");
      throw Problem.of(
          401, "invalid_api_key", "send one of the server's keys as Authorization: Bearer KEY");
    }
  }
}
