package org.openclip.hub.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A server that was there is waited for; without any network nobody waits long. */
@Tag("once")
class HttpTest {
  private static HttpServer start(int port) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(204, -1);
          }
        });
    server.start();
    return server;
  }

  private static Http client() {
    Backoff backoff = new Backoff(8, Duration.ofMillis(100), Duration.ofSeconds(1));
    return Http.create(new Proxies(name -> null), backoff, Duration.ofSeconds(10));
  }

  private static int get(Http http, int port) throws IOException {
    URI uri = URI.create("http://127.0.0.1:" + port + "/");
    return http.send(HttpRequest.newBuilder(uri).build(), Http.Redirects.ALL).statusCode();
  }

  @Test
  void aServerThatComesBackIsWaitedFor() throws Exception {
    Http http = client();
    HttpServer server = start(0);
    int port = server.getAddress().getPort();
    assertThat(get(http, port)).isEqualTo(204);
    server.stop(0);

    CompletableFuture<HttpServer> back =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return start(port);
              } catch (IOException e) {
                throw new CompletionException(e);
              }
            },
            CompletableFuture.delayedExecutor(600, TimeUnit.MILLISECONDS));

    assertThat(get(http, port)).isEqualTo(204);
    back.get().stop(0);
  }

  @Test
  void aServerThatNeverAnsweredIsTriedOnceMore() {
    // The proxy of every attempt is looked up.
    AtomicInteger attempts = new AtomicInteger();
    Proxies counting =
        new Proxies(
            name -> {
              attempts.addAndGet(name.equals("HTTP_PROXY") ? 1 : 0);
              return null;
            });
    Backoff backoff = new Backoff(8, Duration.ofMillis(10), Duration.ofSeconds(1));
    Http http = Http.create(counting, backoff, Duration.ofSeconds(10));
    attempts.set(0);

    assertThatThrownBy(() -> get(http, 1)).isInstanceOf(ConnectException.class);

    assertThat(attempts).hasValue(2);
  }
}
