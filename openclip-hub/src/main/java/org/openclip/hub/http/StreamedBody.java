package org.openclip.hub.http;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InterruptedCallException;

/**
 * The body of an answer that is read while it comes. No more is asked for than a few pieces ahead
 * of what was read, so that a slow reader slows the server down.
 */
final class StreamedBody implements BodySubscriber<StreamedBody> {
  private static final int AHEAD = 8;

  private final Duration patience;
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final CompletableFuture<Subscription> subscription = new CompletableFuture<>();
  private List<ByteBuffer> piece = List.of();
  private int at;
  private @Nullable Event end;

  /** A piece of the body, or its end: with a failure, or without one. */
  private record Event(@Nullable List<ByteBuffer> piece, @Nullable Throwable failure) {}

  /**
   * Creates a body that nobody has sent yet.
   *
   * @param patience how long a piece may take to come
   */
  StreamedBody(Duration patience) {
    this.patience = patience;
  }

  @Override
  public CompletionStage<StreamedBody> getBody() {
    return CompletableFuture.completedFuture(this);
  }

  @Override
  public void onSubscribe(Subscription opened) {
    subscription.complete(opened);
    opened.request(AHEAD);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    events.add(new Event(buffers, null));
  }

  @Override
  public void onError(Throwable failure) {
    events.add(new Event(null, failure));
  }

  @Override
  public void onComplete() {
    events.add(new Event(null, null));
  }

  /**
   * Waits for bytes, and returns a buffer with some left; null after the last.
   *
   * @throws IOException when the connection was cut, or no byte came in time
   */
  @Nullable ByteBuffer next() throws IOException {
    while (true) {
      while (at < piece.size()) {
        if (piece.get(at).hasRemaining()) {
          return piece.get(at);
        }
        at++;
      }
      Event event = end == null ? take() : end;
      List<ByteBuffer> buffers = event.piece();
      if (buffers == null) {
        end = event;
        if (event.failure() == null) {
          return null;
        }
        throw new IOException("the response was cut off: " + event.failure(), event.failure());
      }
      piece = buffers;
      at = 0;
      subscription.join().request(1);
    }
  }

  private Event take() throws IOException {
    try {
      Event event = events.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
      if (event == null) {
        throw new HttpTimeoutException(
            "no data was received for " + patience.toMillis() / 1e3 + " s");
      }
      return event;
    } catch (InterruptedException e) {
      throw InterruptedCallException.of("waiting for bytes", e);
    }
  }

  /** Takes nothing more. */
  void close() {
    var unused = subscription.thenAccept(Subscription::cancel);
  }
}
