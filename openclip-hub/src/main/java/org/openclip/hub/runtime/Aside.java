package org.openclip.hub.runtime;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;

/**
 * A task that runs beside its starter: opening a model is several slow steps that wait for none.
 */
public final class Aside<T> {
  private final FutureTask<T> task;

  private Aside(FutureTask<T> task) {
    this.task = task;
  }

  public static <T> Aside<T> start(String thread, Supplier<T> work) {
    FutureTask<T> task = new FutureTask<>(work::get);
    Thread.ofPlatform().daemon().name(thread).start(task);
    return new Aside<>(task);
  }

  /** Waits for the task and returns its result, or throws what it threw. */
  public T join() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          // What the task opens must be known to be closed, so it is waited for.
          interrupted = true;
        } catch (ExecutionException e) {
          throw failure(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Waits for the task, whatever comes of it. */
  public void settle() {
    try {
      join();
    } catch (RuntimeException | Error e) {
      // Whoever settles has a failure of its own to report.
    }
  }

  /** Returns a failure of another thread for throwing in this one. */
  static RuntimeException failure(@Nullable Throwable cause) {
    if (cause instanceof RuntimeException failure) {
      return failure;
    }
    if (cause instanceof Error failure) {
      throw failure;
    }
    return new OpenClipException("a task in another thread failed: " + cause, cause);
  }
}
