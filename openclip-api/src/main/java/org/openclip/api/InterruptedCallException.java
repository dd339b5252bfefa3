package org.openclip.api;

import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a call ends early because its thread was interrupted. Every call of OpenCLIP that
 * loads, encodes, trains, downloads or waits reacts to an interrupt: before it begins, between two
 * batches, and while it waits. The thread's interrupt flag stays set, and resources that the call
 * opened are closed.
 *
 * <p>It is a {@link CancellationException} and not an {@link OpenClipException}, because no input,
 * file or backend is at fault. Code that catches {@link OpenClipException} to skip a bad image
 * therefore does not continue after an interrupt. A future whose task throws this exception is
 * cancelled, not failed. Kotlin's coroutines treat it as the end of a cancelled coroutine: {@code
 * withTimeoutOrNull { runInterruptible { … } }} is null.
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
   * Creates the exception to throw after an interrupt, and keeps the thread's interrupt flag set.
   *
   * @param during what the thread did, such as {@code texts were encoded}
   * @param cause the exception that reported the interrupt
   */
  public static InterruptedCallException of(String during, @Nullable Throwable cause) {
    Thread.currentThread().interrupt();
    return new InterruptedCallException(during, cause);
  }

  /**
   * Throws if the thread is interrupted. The check costs next to nothing.
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
   * Throws if a failure was caused by an interrupt. A file that was closed by an interrupt is not a
   * bad file.
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
