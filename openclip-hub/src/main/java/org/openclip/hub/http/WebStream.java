package org.openclip.hub.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/**
 * A stream of a file on a web server. Where a connection is cut, they go on over another one at the
 * byte that is next. For one thread.
 */
public final class WebStream extends InputStream {
  private static final System.Logger LOGGER = System.getLogger(WebStream.class.getName());

  private final Http http;
  private final Backoff backoff;
  private final Duration patience;
  private final HttpRequest request;
  private StreamedBody body;
  private final String version;
  private long position;
  private int failures;
  private boolean closed;

  /**
   * Asks for a file.
   *
   * @param request a GET without a range
   * @param backoff how often and how patiently it goes on after a failure
   * @param patience how long no byte may come
   * @throws StatusException when there is no such file
   * @throws IOException when the server does not answer
   */
  public WebStream(Http http, HttpRequest request, Backoff backoff, Duration patience)
      throws IOException {
    this.http = http;
    this.request = request;
    this.backoff = backoff;
    this.patience = patience;
    HttpResponse<StreamedBody> answer = ask(request);
    if (answer.statusCode() != 200) {
      answer.body().close();
      throw new StatusException(answer);
    }
    this.body = answer.body();
    this.version = version(answer);
  }

  private HttpResponse<StreamedBody> ask(HttpRequest asked) throws IOException {
    return http.send(
        () -> asked, Http.Redirects.ALL, answer -> new StreamedBody(patience), () -> 0);
  }

  private static String version(HttpResponse<?> answer) {
    return answer
        .headers()
        .firstValue("ETag")
        .or(() -> answer.headers().firstValue("Last-Modified"))
        .orElse("");
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int from, int count) throws IOException {
    if (count == 0) {
      return 0;
    }
    while (true) {
      if (closed) {
        throw new IOException("the stream of " + Http.shown(request.uri()) + " is closed");
      }
      try {
        ByteBuffer next = body.next();
        if (next == null) {
          return -1;
        }
        int taken = Math.min(count, next.remaining());
        next.get(bytes, from, taken);
        position += taken;
        failures = 0;
        return taken;
      } catch (IOException e) {
        again(e);
      }
    }
  }

  /** Opens another connection, after a pause, at the byte that is next. */
  private void again(IOException failure) throws IOException {
    body.close();
    IOException last = failure;
    while (++failures <= backoff.retries()) {
      LOGGER.log(
          System.Logger.Level.DEBUG,
          "{0}: {1} at byte {2}; continuing from there",
          Http.shown(request.uri()),
          last,
          Long.toString(position));
      backoff.pause(failures, Optional.empty());
      try {
        goOn();
        return;
      } catch (ProtocolException e) {
        throw e;
      } catch (IOException e) {
        last = e;
      }
    }
    throw last;
  }

  private void goOn() throws IOException {
    HttpRequest rest =
        HttpRequest.newBuilder(request, (name, value) -> true)
            .header("Range", "bytes=" + position + "-")
            .build();
    HttpResponse<StreamedBody> answer = ask(rest);
    boolean same = version.isEmpty() || version.equals(version(answer));
    String range = answer.headers().firstValue("Content-Range").orElse("");
    if (same && answer.statusCode() == 206 && range.startsWith("bytes " + position + "-")) {
      body = answer.body();
    } else if (same && answer.statusCode() == 200) {
      body = answer.body();
      skip(body, position);
    } else {
      answer.body().close();
      if (answer.statusCode() != 200 && answer.statusCode() != 206) {
        throw new StatusException(answer);
      }
      throw new ProtocolException(
          Http.shown(request.uri()) + " changed on the server during the download");
    }
  }

  private static void skip(StreamedBody body, long bytes) throws IOException {
    for (long left = bytes; left > 0; ) {
      ByteBuffer next = body.next();
      if (next == null) {
        throw new EOFException("the server sent a shorter file than before");
      }
      int taken = (int) Math.min(left, next.remaining());
      next.position(next.position() + taken);
      left -= taken;
    }
  }

  @Override
  public void close() {
    closed = true;
    body.close();
  }
}
