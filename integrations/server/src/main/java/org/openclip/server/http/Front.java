package org.openclip.server.http;

import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.TreeMap;
import org.openclip.api.BusyException;
import org.openclip.api.ClosedException;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.ShutdownException;
import org.openclip.api.backend.CallsUnderWay;
import org.openclip.server.settings.ServerOptions;

/** Takes every request to what answers it, and makes an answer of whatever goes wrong. */
public final class Front {
  private static final System.Logger LOGGER = System.getLogger(Front.class.getName());

  private static final Endpoint UNKNOWN = exchange -> {};

  private final ServerOptions options;
  private final Guard guard;
  private final ByteBudget budget;
  private final Metrics metrics;
  private final Map<String, Map<String, Endpoint>> endpoints = new TreeMap<>();
  private final Map<String, Boolean> open = new TreeMap<>();
  private final Gate gate = new Gate();
  private volatile boolean closing;

  /**
   * Creates a front without endpoints.
   *
   * @param local whether the server serves its own machine alone
   */
  public Front(ServerOptions options, boolean local, Metrics metrics) {
    this.options = options;
    this.guard = new Guard(options, local);
    this.budget = new ByteBudget(options.maxBodies());
    this.metrics = metrics;
  }

  /** Adds what answers under a path to those who have a key. */
  public void add(String method, String path, Endpoint endpoint) {
    endpoints.computeIfAbsent(path, key -> new TreeMap<>()).put(method, endpoint);
  }

  /** Adds what answers under a path to everybody. */
  public void addOpen(String method, String path, Endpoint endpoint) {
    open.put(path, true);
    add(method, path, endpoint);
  }

  /** Returns the methods of all paths. */
  public Map<String, Map<String, Endpoint>> endpoints() {
    return endpoints;
  }

  /** Returns how many bytes of requests are in memory. */
  public long bytesUnderWay() {
    return budget.taken();
  }

  /** Lets each connection end with the answer that it gets next. */
  public void close() {
    closing = true;
  }

  /** Holds answers back until {@link #goOn}. */
  public void hold() {
    gate.shut();
  }

  /** Sends what was held back. */
  public void goOn() {
    gate.open();
  }

  /** Returns whether the server is about to end. */
  public boolean closing() {
    return closing;
  }

  /** Answers a request. */
  public void handle(ServerRequest request, ServerResponse response) {
    Exchange exchange = new Exchange(request, response, options, budget, gate, closing);
    // What began before the program's end began is finished.
    CallsUnderWay.finish(
        () -> {
          answer(exchange);
          return exchange;
        });
    String path = endpoints.containsKey(exchange.path()) ? exchange.path() : "other";
    metrics.answered(path, exchange.status(), exchange.age());
    if (exchange.closes()) {
      // Helidon says so to the caller and then waits for it to close.
      throw new CloseConnectionException("the connection ends with its answer");
    }
  }

  private void answer(Exchange exchange) {
    Endpoint endpoint = UNKNOWN;
    try {
      guard.checkName(exchange);
      endpoint = endpoint(exchange);
      if (!open.containsKey(exchange.path())) {
        guard.checkKey(exchange);
      }
      endpoint.answer(exchange);
    } catch (RuntimeException | Error e) {
      if (exchange.status() != 0
          || e instanceof UncheckedIOException
          || e instanceof CloseConnectionException) {
        // The caller has gone.
        LOGGER.log(Level.DEBUG, "an answer could not be sent", e);
        throw e;
      }
      Problem problem = problem(exchange, e);
      exchange.skip();
      send(exchange, endpoint, problem);
    }
  }

  private Endpoint endpoint(Exchange exchange) {
    Map<String, Endpoint> methods = endpoints.get(exchange.path());
    if (methods == null) {
      throw Problem.of(
          404, "not_found", "there is no such endpoint; /openapi.json lists the endpoints");
    }
    String method = exchange.method().equals("HEAD") ? "GET" : exchange.method();
    Endpoint endpoint = methods.get(method);
    if (endpoint == null) {
      exchange.setHeader("Allow", String.join(", ", methods.keySet()));
      throw Problem.of(
          405,
          "method_not_allowed",
          "%s takes %s".formatted(exchange.path(), String.join(" or ", methods.keySet())));
    }
    return endpoint;
  }

  private static Problem problem(Exchange exchange, Throwable failure) {
    return switch (failure) {
      case Problem problem -> problem;
      case BusyException busy ->
          Problem.later(429, "busy", "too many pictures and texts are in progress; try again");
      case InvalidInputException invalid -> Problem.invalid(String.valueOf(invalid.getMessage()));
      case InvalidFileException invalid -> Problem.invalid(String.valueOf(invalid.getMessage()));
      case ShutdownException ending -> Problem.later(503, "closing", "the server is ending");
      case ClosedException ending -> Problem.later(503, "closing", "the server is ending");
      case OpenClipException ours -> {
        LOGGER.log(Level.ERROR, exchange.path() + " failed: " + ours.getMessage());
        yield Problem.later(500, "failed", String.valueOf(ours.getMessage()));
      }
      default -> {
        LOGGER.log(Level.ERROR, exchange.path() + " failed", failure);
        yield Problem.later(500, "failed", "internal server error; see the server's log");
      }
    };
  }

  private static void send(Exchange exchange, Endpoint endpoint, Problem problem) {
    if (problem.again()) {
      exchange.setHeader("Retry-After", "1");
    }
    exchange.send(problem.status(), endpoint.describe(problem));
  }
}
