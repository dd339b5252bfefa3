package org.openclip.hub.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InterruptedCallException;

/**
 * Sends HTTP requests with retries, and follows redirects without sending the token to another
 * host. Safe for many threads.
 */
public final class Http {
  private static final System.Logger LOGGER = System.getLogger(Http.class.getName());
  private static final Set<Integer> RETRIED = Set.of(408, 429, 500, 502, 503, 504);
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final int MOST_REDIRECTS = 8;

  /** How often it is tried again before any server has answered: there may be no network at all. */
  private static final int UNCONNECTED_RETRIES = 1;

  /** Which redirects are followed. */
  public enum Redirects {
    /** All but those from https to http. */
    ALL,
    /**
     * Those that stay on the host: elsewhere lie the bytes of a file, but not what is said of it.
     */
    SAME_HOST
  }

  private final HttpClient client;
  private final Backoff backoff;
  private final Duration patience;
  private final AtomicBoolean answered;

  private Http(HttpClient client, Backoff backoff, Duration patience, AtomicBoolean answered) {
    this.client = client;
    this.backoff = backoff;
    this.patience = patience;
    this.answered = answered;
  }

  /**
   * Returns a client.
   *
   * @param proxies the proxies between here and the world
   * @param patience how long a connection may take, and how long no byte may move on it
   */
  public static Http create(Proxies proxies, Backoff backoff, Duration patience) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            // One connection for each request, so that the ranges of a file are fetched side by
            // side.
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(patience)
            .proxy(proxies.selector());
    proxies.authenticator().ifPresent(builder::authenticator);
    return new Http(builder.build(), backoff, patience, new AtomicBoolean());
  }

  /** Returns the same client with other pauses. */
  public Http with(Backoff other) {
    return new Http(client, other, patience, answered);
  }

  /** Returns the same client with another patience. */
  public Http withPatience(Duration other) {
    return new Http(client, backoff, other, answered);
  }

  /**
   * Sends a request with a small body and returns the answer, whatever its status is.
   *
   * @throws IOException when the server cannot be reached after all retries
   */
  public HttpResponse<byte[]> send(HttpRequest request, Redirects redirects) throws IOException {
    return send(() -> request, redirects, BodyHandlers.ofByteArray(), () -> 0);
  }

  /**
   * Sends a request and returns the answer, whatever its status is.
   *
   * @param requests yields the request anew for every attempt, to go on where the last one ended
   * @param handler called anew for every attempt
   * @param moved how many bytes have moved so far, by which a stalled connection is told from a
   *     slow one; an attempt that moved some is not counted as a failure
   * @throws IOException when the server cannot be reached after all retries
   */
  public <T> HttpResponse<T> send(
      Supplier<HttpRequest> requests,
      Redirects redirects,
      BodyHandler<T> handler,
      LongSupplier moved)
      throws IOException {
    int attempt = 0;
    while (true) {
      HttpRequest request = requests.get();
      long before = moved.getAsLong();
      Optional<Duration> asked = Optional.empty();
      String problem;
      try {
        HttpResponse<T> response = follow(request, redirects, handler, moved);
        attempt++;
        answered.set(true);
        if (!RETRIED.contains(response.statusCode()) || attempt > backoff.retries()) {
          return response;
        }
        asked = Backoff.asked(response.headers());
        problem = "status " + response.statusCode();
      } catch (IOException e) {
        attempt = moved.getAsLong() > before ? 1 : attempt + 1;
        int most = !answered.get() && unconnected(e) ? UNCONNECTED_RETRIES : backoff.retries();
        if (attempt > Math.min(most, backoff.retries()) || !passing(e)) {
          throw e;
        }
        problem = e.toString();
      }
      LOGGER.log(
          System.Logger.Level.DEBUG,
          "{0} {1}: {2}; failure {3} of at most {4}",
          request.method(),
          shown(request.uri()),
          problem,
          Integer.toString(attempt),
          Integer.toString(backoff.retries()));
      backoff.pause(attempt, asked);
    }
  }

  private static boolean unconnected(IOException failure) {
    return failure instanceof ConnectException || failure instanceof HttpConnectTimeoutException;
  }

  /** Returns why there is no answer, in few words, for messages. */
  public static String reason(IOException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnresolvedAddressException) {
        return "its host name cannot be resolved";
      }
      if (cause instanceof SSLHandshakeException) {
        return "its certificate is not trusted: %s; if a proxy replaces certificates, set -Djavax.net.ssl.trustStore to a trust store with the proxy's certificate"
            .formatted(cause.getMessage());
      }
    }
    String message = failure.getMessage();
    if (message != null && !message.isBlank()) {
      return message;
    }
    return failure instanceof ConnectException
        ? "the connection was refused"
        : failure.getClass().getSimpleName();
  }

  /**
   * Returns whether a failure may pass by itself: a name without address or a bad certificate will
   * not.
   */
  private static boolean passing(IOException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ClosedByInterruptException
          || cause instanceof UnresolvedAddressException
          || cause instanceof SSLHandshakeException
          || cause instanceof ProtocolException
          || cause instanceof StorageException) {
        return false;
      }
    }
    return true;
  }

  private <T> HttpResponse<T> follow(
      HttpRequest request, Redirects redirects, BodyHandler<T> handler, LongSupplier moved)
      throws IOException {
    HttpRequest current = request;
    for (int hops = 0; hops <= MOST_REDIRECTS; hops++) {
      HttpResponse<T> response = exchange(current, handler, moved);
      URI target = target(response);
      if (target == null
          || (redirects == Redirects.SAME_HOST && !sameOrigin(current.uri(), target))) {
        return response;
      }
      if ("https".equals(current.uri().getScheme()) && !"https".equals(target.getScheme())) {
        throw new ProtocolException(
            shown(current.uri())
                + " redirects to "
                + shown(target)
                + ", which is not encrypted; the redirect was refused");
      }
      boolean trusted = sameOrigin(request.uri(), target);
      current =
          HttpRequest.newBuilder(
                  current, (name, value) -> trusted || !name.equalsIgnoreCase("authorization"))
              .uri(target)
              .build();
    }
    throw new ProtocolException(
        shown(request.uri()) + " redirects more than " + MOST_REDIRECTS + " times");
  }

  private static @Nullable URI target(HttpResponse<?> response) {
    if (!REDIRECTS.contains(response.statusCode())) {
      return null;
    }
    return response.headers().firstValue("Location").map(response.uri()::resolve).orElse(null);
  }

  /** Returns whether two addresses are of one scheme, host and port. */
  public static boolean sameOrigin(URI a, URI b) {
    return origin(a).equals(origin(b));
  }

  private static String origin(URI uri) {
    boolean https = "https".equals(uri.getScheme());
    int port = uri.getPort() >= 0 ? uri.getPort() : https ? 443 : 80;
    return (uri.getScheme() + "://" + uri.getHost() + ":" + port).toLowerCase(Locale.ROOT);
  }

  /** Waits for an answer as long as bytes move. */
  private <T> HttpResponse<T> exchange(
      HttpRequest request, BodyHandler<T> handler, LongSupplier moved) throws IOException {
    InterruptedCallException.check("asking " + shown(request.uri()));
    CompletableFuture<HttpResponse<T>> answer = client.sendAsync(request, handler);
    long before = moved.getAsLong();
    while (true) {
      try {
        return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        long now = moved.getAsLong();
        if (now == before) {
          answer.cancel(true);
          throw new HttpTimeoutException(
              shown(request.uri())
                  + " transferred no data for "
                  + patience.toMillis() / 1e3
                  + " s");
        }
        before = now;
      } catch (InterruptedException e) {
        answer.cancel(true);
        throw InterruptedCallException.of("waiting for " + shown(request.uri()), e);
      } catch (ExecutionException e) {
        Throwable cause =
            e.getCause() instanceof UncheckedIOException u ? u.getCause() : e.getCause();
        if (cause instanceof IOException failure) {
          throw failure;
        }
        throw new IOException(shown(request.uri()) + " cannot be downloaded: " + e.getCause(), e);
      }
    }
  }

  /** Returns a URI for messages: without its query, which may be as good as a password. */
  static String shown(URI uri) {
    String text = uri.toString();
    int query = text.indexOf('?');
    return query < 0 ? text : text.substring(0, query);
  }
}
