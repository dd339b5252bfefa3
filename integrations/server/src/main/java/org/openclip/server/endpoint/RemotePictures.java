package org.openclip.server.endpoint;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.openclip.api.InterruptedCallException;
import org.openclip.server.http.Problem;
import org.openclip.server.settings.ServerOptions;

/**
 * Pictures of other hosts. A URL is the caller's, so it must not reach where the caller could not:
 * only hosts that are named, under the port that is named or the usual one, without redirects, and
 * not when such a name leads into this machine or a network of its own. Who wants that names the
 * address itself.
 */
final class RemotePictures implements AutoCloseable {
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|\\[[0-9a-f:.]+]");

  private final List<String> hosts;
  private final int most;
  private final Duration limit;
  private final HttpClient client;

  RemotePictures(ServerOptions options) {
    hosts = options.pictureHosts().stream().map(host -> host.toLowerCase(Locale.ROOT)).toList();
    most = options.maxBody();
    limit = options.timeLimit();
    client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(limit)
            .build();
  }

  /**
   * Fetches a picture.
   *
   * @param name what messages call it
   * @throws Problem when it may not be fetched, or cannot
   */
  byte[] fetch(String name, String url) {
    URI uri = allowed(name, url);
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(limit).GET().build();
    CompletableFuture<byte[]> bytes =
        client
            .sendAsync(request, HttpResponse.BodyHandlers.ofInputStream())
            .thenApplyAsync(response -> read(name, response));
    try {
      return bytes.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      bytes.cancel(true);
      throw InterruptedCallException.of("a picture was fetched", e);
    } catch (TimeoutException e) {
      bytes.cancel(true);
      throw Problem.invalid("%s was not received within %s".formatted(name, limit));
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Problem problem
          ? problem
          : Problem.invalid("%s cannot be fetched: %s".formatted(name, e.getCause()));
    }
  }

  private byte[] read(String name, HttpResponse<InputStream> response) {
    try (InputStream stream = response.body()) {
      if (response.statusCode() != 200) {
        throw Problem.invalid(
            "%s cannot be downloaded: its host responds with status %s"
                .formatted(name, response.statusCode()));
      }
      byte[] bytes = stream.readNBytes(most);
      if (bytes.length == most && stream.read() >= 0) {
        throw Problem.of(413, "too_large", name + " has more than " + most + " bytes");
      }
      return bytes;
    } catch (IOException e) {
      throw Problem.invalid("%s cannot be fetched: %s".formatted(name, e.getMessage()));
    }
  }

  private URI allowed(String name, String url) {
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException e) {
      throw Problem.invalid(name + " is no URL: " + e.getReason());
    }
    String host = uri.getHost();
    if (host == null || uri.getRawUserInfo() != null) {
      throw Problem.invalid(name + " is not a URL with a plain host name");
    }
    host = host.toLowerCase(Locale.ROOT);
    String named = uri.getPort() < 0 ? host : host + ":" + uri.getPort();
    if (!hosts.contains(named)) {
      throw Problem.of(
          403,
          "host_not_allowed",
          "%s is on %s, from which this server does not download; send a data URI, or start the server with --allow-host"
              .formatted(name, named));
    }
    if (!ADDRESS.matcher(host).matches()) {
      checkOutside(name, host);
    }
    return uri;
  }

  private static void checkOutside(String name, String host) {
    try {
      for (InetAddress address : InetAddress.getAllByName(host)) {
        if (!Addresses.isPublic(address)) {
          throw Problem.of(
              403,
              "host_not_allowed",
              "%s is on %s, which resolves to an address of an internal network"
                  .formatted(name, host));
        }
      }
    } catch (UnknownHostException e) {
      throw Problem.invalid(
          "%s cannot be downloaded: host %s does not exist".formatted(name, host));
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
