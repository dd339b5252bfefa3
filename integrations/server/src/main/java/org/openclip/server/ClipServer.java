package org.openclip.server;

import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.search.PictureSearch;
import org.openclip.server.endpoint.Endpoints;
import org.openclip.server.http.Connections;
import org.openclip.server.http.Front;
import org.openclip.server.http.Metrics;
import org.openclip.server.settings.ServedModels;
import org.openclip.server.settings.ServerOptions;

/**
 * A server that answers with the vectors of models over HTTP, until it is closed.
 *
 * <pre>{@code
 * try (ClipServer server = ClipServer.start(options, models)) {
 *   …
 * }
 * }</pre>
 */
public final class ClipServer implements AutoCloseable {
  /** How long callers are let come to the end of what they have begun to send. */
  private static final Duration SETTLING = Duration.ofMillis(400);

  private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

  private final InetAddress address;
  private final ServedModels models;
  private final Endpoints endpoints;
  private final Front front;
  private final Connections connections;
  private final WebServer server;
  private final int port;
  private final AtomicBoolean closed = new AtomicBoolean();

  private ClipServer(
      InetAddress address,
      ServedModels models,
      Endpoints endpoints,
      Front front,
      Connections connections,
      WebServer server) {
    this.address = address;
    this.models = models;
    this.endpoints = endpoints;
    this.front = front;
    this.connections = connections;
    this.server = server;
    this.port = server.port();
  }

  /**
   * Starts a server.
   *
   * @param models what it serves; it closes them in the end, or when it cannot start
   * @throws InvalidInputException when there is no such interface
   * @throws OpenClipException when the port is in use
   */
  public static ClipServer start(ServerOptions options, ServedModels models) {
    return start(options, models, null);
  }

  /**
   * Starts a server that also searches.
   *
   * @param models what it serves; it closes them in the end, or when it cannot start
   * @param index what it searches, by vectors of the first model; null for none. Its owner closes
   *     it after the server
   * @throws InvalidInputException when there is no such interface
   * @throws OpenClipException when the port is in use
   */
  public static ClipServer start(
      ServerOptions options, ServedModels models, @Nullable PictureSearch index) {
    Endpoints endpoints = null;
    try {
      InetAddress address = address(options.host());
      Metrics metrics = new Metrics();
      Front front = new Front(options, address.isLoopbackAddress(), metrics);
      endpoints = new Endpoints(options, models, index, metrics, front);
      Connections connections = new Connections();
      WebServer server =
          WebServer.builder()
              .address(address)
              .port(options.port())
              .shutdownHook(false)
              .shutdownGracePeriod(options.drain())
              .maxTcpConnections(options.maxConnections())
              .addConnectionSelector(connections)
              .routing(HttpRouting.builder().any(front::handle))
              .build();
      listen(server, address, options);
      return new ClipServer(address, models, endpoints, front, connections, server);
    } catch (RuntimeException | Error e) {
      if (endpoints != null) {
        endpoints.close();
      }
      models.close();
      throw e;
    }
  }

  private static void listen(WebServer server, InetAddress address, ServerOptions options) {
    if (options.port() > 0) {
      // Helidon only logs that a port is in use.
      try {
        tryBinding(address, options.port());
      } catch (IOException e) {
        throw unusable(options, e.getMessage(), e);
      }
    }
    try {
      server.start();
    } catch (RuntimeException e) {
      throw unusable(options, e.getMessage(), e);
    }
    if (!server.isRunning()) {
      throw unusable(options, "see the log for the cause", null);
    }
  }

  private static OpenClipException unusable(
      ServerOptions options, @Nullable String why, @Nullable Throwable cause) {
    return new OpenClipException(
        "port %s of %s cannot be used (%s); choose another port, or stop the program that uses it"
            .formatted(options.port(), options.host(), why),
        cause);
  }

  private static InetAddress address(String host) {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new InvalidInputException(
          "network interface %s does not exist; use one of this machine, or 0.0.0.0 for all"
              .formatted(host),
          e);
    }
  }

  /** Returns the port that it listens on. */
  public int port() {
    return port;
  }

  /**
   * Ends the server: it says that it is not ready, lets each connection end with the answer that it
   * gets next, takes no more connections, waits for the answers under way as long as its options
   * say, and closes its models. Closing twice is harmless.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    front.close();
    boolean patient = pause(SETTLING);
    front.hold();
    patient &= pause(SETTLING);
    Thread stop = Thread.ofPlatform().name("openclip-serve-stop").start(server::stop);
    while (patient && stop.isAlive() && listens()) {
      patient = pause(LOOK_AGAIN);
    }
    front.goOn();
    while (stop.isAlive()) {
      connections.closeIdle(patient ? SETTLING : Duration.ZERO);
      patient &= pause(LOOK_AGAIN);
    }
    endpoints.close();
    models.close();
    if (!patient) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean listens() {
    try {
      tryBinding(address, port);
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private static void tryBinding(InetAddress address, int port) throws IOException {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(address, port));
    }
  }

  /** Waits a while; returns false when the thread is interrupted. */
  private static boolean pause(Duration time) {
    try {
      Thread.sleep(time);
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }
}
