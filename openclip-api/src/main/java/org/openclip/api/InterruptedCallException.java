package org.openclip.api;

import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * A call that ended early because its thread was interrupted. Every call of OpenCLIP that loads,
 * encodes, trains, fetches or waits answers an interrupt so: before it begins, between two batches,
 * and while it waits. The thread stays interrupted, and what was opened is closed.
 *
 * <p>It is a {@link CancellationException} and no {@link OpenClipException}: nothing is wrong with
 * an input, a file or a backend. Who catches {@link OpenClipException} to leave out a bad picture
 * and go on therefore does not go on after an interrupt; a future whose task ends with it is
 * cancelled, not failed; and Kotlin's coroutines, which know no other unchecked sign of it, take it
 * for the end of a cancelled coroutine: {@code withTimeoutOrNull { runInterruptible { … } }} is
 * null.
 */
public final class InterruptedCallException extends CancellationException {
  private static final long serialVersionUID = 1L;

  private InterruptedCallException(String during, @Nullable Throwable cause) {
    super("interrupted while " + during);
    if (cause != null) {
      initCause(cause);
    }
  }

  /**
   * Returns what to throw after an interrupt, and leaves the thread interrupted.
   *
   * @param during what the thread did, such as {@code texts were encoded}
   * @param cause what told of the interrupt
   */
  public static InterruptedCallException of(String during, @Nullable Throwable cause) {
    Thread.currentThread().interrupt();
    return new InterruptedCallException(during, cause);
  }

  /**
   * Ends the call if the thread is interrupted. Costs next to nothing.
   *
   * @param during what the thread did, such as {@code texts were encoded}
   * @throws InterruptedCallException when it is
   */
  public static void check(String during) {
    if (Thread.currentThread().isInterrupted()) {
      throw of(during, null);
    }
  }

  /**
   * Ends the call if a failure comes of an interrupt: a file that an interrupt closed is no bad
   * file.
   *
   * @param during what the thread did, such as {@code x.safetensors was read}
   * @param failure of an operation of this thread
   * @throws InterruptedCallException when it does
   */
  public static void check(String during, Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ClosedByInterruptException
          || cause instanceof FileLockInterruptionException
          || cause instanceof InterruptedException
          || (cause instanceof InterruptedIOException
              && !(cause instanceof SocketTimeoutException))) {
        throw of(during, failure);
      }
    }
  }
}
