package org.openclip.server.endpoint;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.openclip.server.http.Endpoint;
import org.openclip.server.http.Exchange;

/** A file that comes with the server. */
final class StaticFile implements Endpoint {
  /** Nothing from other hosts, and nothing within other pages. */
  private static final String POLICY =
      "default-src 'self'; img-src 'self' blob: data:; frame-ancestors 'none'; base-uri 'none';"
          + " form-action 'self'";

  private final String type;
  private final byte[] bytes;

  /**
   * Reads a file.
   *
   * @param name its name beside this class
   */
  StaticFile(String name, String type) {
    this.type = type;
    try (InputStream stream = StaticFile.class.getResourceAsStream(name)) {
      bytes = Objects.requireNonNull(stream, name).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void answer(Exchange exchange) {
    exchange.setHeader("Content-Security-Policy", POLICY);
    exchange.setHeader("Referrer-Policy", "no-referrer");
    exchange.setHeader("Cache-Control", "no-cache");
    exchange.send(200, type, bytes);
  }
}
