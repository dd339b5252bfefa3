package org.openclip.server.http;

import io.helidon.common.buffers.DataReader;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.server.settings.ServerOptions;

/** A request and the answer to it. */
public final class Exchange {
  private final ServerRequest request;
  private final ServerResponse response;
  private final ServerOptions options;
  private final ByteBudget budget;
  private final Gate gate;
  private final long begun = System.nanoTime();
  private @Nullable InputStream stream;
  private boolean closes;
  private int status;

  Exchange(
      ServerRequest request,
      ServerResponse response,
      ServerOptions options,
      ByteBudget budget,
      Gate gate,
      boolean last) {
    this.request = request;
    this.response = response;
    this.options = options;
    this.budget = budget;
    this.gate = gate;
    this.closes = last;
  }

  /** What is done with the object that a request sends. */
  public interface Use {
    /** Answers the request. */
    void of(Map<String, Object> object);
  }

  /**
   * Reads the JSON object of the request; its bytes count as under way until it is answered.
   *
   * @throws Problem when it is none, or too large, or comes too slowly
   */
  public void withJson(Use use) {
    checkMediaType();
    try (Body body = read()) {
      use.of(Json.parse(body.bytes()));
    }
  }

  private Body read() {
    long end = begun + options.timeLimit().toNanos();
    long announced = request.headers().contentLength().orElse(-1);
    try (Watch watch = Watch.start(options.timeLimit())) {
      try {
        return Body.read(stream(), announced, options.maxBody(), budget, end);
      } catch (IOException e) {
        throw gone(e);
      } catch (RuntimeException e) {
        throw watch.rung() || isBrokenConnection(e) ? gone(e) : e;
      }
    }
  }

  /** Helidon hands it out once. */
  private InputStream stream() {
    InputStream known = stream;
    if (known == null) {
      known = request.content().inputStream();
      stream = known;
    }
    return known;
  }

  private static boolean isBrokenConnection(RuntimeException e) {
    return e instanceof UncheckedIOException
        || e instanceof DataReader.InsufficientDataAvailableException;
  }

  private static CloseConnectionException gone(Exception e) {
    return new CloseConnectionException("the request ended early", e);
  }

  /** Reads what is left of the request, for a while, so that its caller comes to the answer. */
  void skip() {
    if (!request.content().hasEntity() || request.content().consumed()) {
      return;
    }
    try (Watch watch = Watch.start(options.timeLimit())) {
      try {
        byte[] piece = new byte[8192];
        InputStream stream = stream();
        for (int left = options.maxBody(); left > 0; ) {
          int count = stream.read(piece);
          if (count < 0) {
            return;
          }
          left -= count;
        }
        closes = true;
      } catch (IOException e) {
        throw gone(e);
      } catch (RuntimeException e) {
        throw watch.rung() || isBrokenConnection(e) ? gone(e) : e;
      }
    }
  }

  /** Returns whether the connection ends with this answer. */
  boolean closes() {
    return closes || header("Connection").equalsIgnoreCase("close");
  }

  /** Another type than JSON is what a foreign web page could send without being asked. */
  private void checkMediaType() {
    String type = header("Content-Type").toLowerCase(Locale.ROOT);
    int parameters = type.indexOf(';');
    String plain = (parameters < 0 ? type : type.substring(0, parameters)).strip();
    if (!plain.equals("application/json") && !plain.endsWith("+json")) {
      throw Problem.of(
          415,
          "unsupported_media_type",
          "the request is of type '%s'; send application/json".formatted(plain));
    }
  }

  /** Returns the first value of a header; empty when there is none. */
  public String header(String name) {
    return request.headers().first(HeaderNames.create(name)).orElse("");
  }

  /** Returns the first value of a parameter of the query; empty when there is none. */
  public String parameter(String name) {
    return request.query().first(name).orElse("");
  }

  /** Returns the path that is asked for. */
  public String path() {
    return request.path().path();
  }

  /** Returns the method, such as {@code GET}. */
  public String method() {
    return request.prologue().method().text();
  }

  /** Returns how long ago the request began, in nanoseconds. */
  public long age() {
    return System.nanoTime() - begun;
  }

  /** Sets a header of the answer. */
  public void setHeader(String name, String value) {
    response.header(HeaderNames.create(name), value);
  }

  /** Answers with an object. */
  public void send(int code, Map<String, ?> object) {
    send(code, "application/json", Json.write(object));
  }

  /** Answers with text. */
  public void send(int code, String type, String text) {
    send(code, type + "; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
  }

  /** Answers with bytes. */
  public void send(int code, String type, byte[] bytes) {
    setHeader("Content-Type", type);
    setHeader("X-Content-Type-Options", "nosniff");
    prepare(code);
    response.send(bytes);
  }

  /** Answers without a body. */
  public void send(int code) {
    prepare(code);
    response.send();
  }

  private void prepare(int code) {
    gate.pass();
    status = code;
    if (closes) {
      setHeader("Connection", "close");
    }
    response.status(code);
  }

  /** Returns the status that was answered; 0 before. */
  public int status() {
    return status;
  }
}
