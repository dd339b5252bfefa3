package org.openclip.hub.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Appends the body of an answer to a piece of a file as it comes, until it is told that another
 * answer does so instead.
 */
final class PieceSubscriber implements Subscriber<List<ByteBuffer>> {
  private final PartFile file;
  private final int piece;
  private final LongConsumer progress;
  private boolean anew;
  private boolean closed;
  private @Nullable Subscription subscription;

  /**
   * Creates a subscriber for one answer.
   *
   * @param anew whether the answer begins at the start of the piece, whatever was asked for
   */
  PieceSubscriber(PartFile file, int piece, boolean anew, LongConsumer progress) {
    this.anew = anew;
    this.file = file;
    this.piece = piece;
    this.progress = progress;
  }

  @Override
  public synchronized void onSubscribe(Subscription opened) {
    subscription = opened;
    opened.request(1);
  }

  @Override
  public synchronized void onNext(List<ByteBuffer> buffers) {
    if (closed) {
      return;
    }
    try {
      if (anew) {
        file.forget(piece);
        anew = false;
      }
      file.append(piece, buffers);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    progress.accept(file.done());
    if (subscription != null) {
      subscription.request(1);
    }
  }

  /** Writes nothing from now on: what is still on its way came too late. */
  synchronized void close() {
    closed = true;
    if (subscription != null) {
      subscription.cancel();
    }
  }

  @Override
  public void onError(Throwable failure) {
    // Whoever waits for the answer is told.
  }

  @Override
  public void onComplete() {
    // Whether it is whole is asked for when the result is.
  }

  /** Returns true when the piece is whole, and fails else. */
  boolean whole() {
    if (file.done(piece) < file.length(piece)) {
      throw new UncheckedIOException(
          new IOException("the server closed the response before the last byte"));
    }
    return true;
  }
}
