package org.openclip.api.serving;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.openclip.api.ClosedException;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.model.ClipModel;

/**
 * A model that is loaded when somebody needs it, and unloaded when nobody has needed it for a
 * while. Safe for many threads: who comes while it is loaded or unloaded waits; a load that fails
 * fails for all who waited for it, and the next to come tries again.
 *
 * <pre>{@code
 * try (ModelOnDemand.Use use = onDemand.use()) {
 *   float[] vector = use.embedder().embed("a cat");
 * }
 * }</pre>
 */
public final class ModelOnDemand implements AutoCloseable {
  private final String name;
  private final Supplier<ClipModel> loader;
  private final Duration idle;
  private final BatchingOptions batching;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private @Nullable FutureTask<Loaded> current;
  private int users;
  private long since;
  private boolean closed;

  private record Loaded(ClipModel model, BatchingEmbedder embedder) {
    void close() {
      embedder.close();
      model.close();
    }
  }

  /** A model that stays loaded until this is closed. */
  public interface Use extends AutoCloseable {
    /** Returns the model, which is not to be closed. */
    ClipModel model();

    /** Returns the embedder that all users of the model share, which is not to be closed. */
    BatchingEmbedder embedder();

    /** Ends the use; closing twice is harmless. */
    @Override
    void close();
  }

  private ModelOnDemand(
      String name, Supplier<ClipModel> loader, Duration idle, BatchingOptions batching) {
    this.name = name;
    this.loader = loader;
    this.idle = idle;
    this.batching = batching;
  }

  /**
   * Returns a model that is not loaded yet.
   *
   * @param name what messages call it
   * @param loader loads it, each time by a thread of its own
   * @param idle after how long without a user it is unloaded; {@link Duration#ZERO} for never
   * @param batching the bounds of its embedder
   */
  public static ModelOnDemand create(
      String name, Supplier<ClipModel> loader, Duration idle, BatchingOptions batching) {
    if (idle.isNegative()) {
      throw new InvalidInputException(
          "the idle time of model %s is %s, but must be at least 0; 0 means never unload"
              .formatted(name, idle));
    }
    return new ModelOnDemand(name, loader, idle, batching);
  }

  /** Returns what messages call it. */
  public String name() {
    return name;
  }

  /** Returns whether it is loaded, or is being loaded. */
  public boolean loaded() {
    lock.lock();
    try {
      return current != null;
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many calls of its embedder are under way; 0 when it is not loaded. */
  public int underWay() {
    FutureTask<Loaded> task;
    lock.lock();
    try {
      task = current;
    } finally {
      lock.unlock();
    }
    return task != null && task.state() == FutureTask.State.SUCCESS
        ? task.resultNow().embedder().underWay()
        : 0;
  }

  /**
   * Loads the model unless it is there, and keeps it.
   *
   * @return to be closed after the last use
   * @throws ClosedException after {@link #close}
   * @throws InterruptedCallException when this thread is interrupted while it waits
   * @throws OpenClipException when it cannot be loaded
   */
  public Use use() {
    FutureTask<Loaded> task = enter();
    try {
      return new Handle(task.get());
    } catch (InterruptedException e) {
      leave();
      throw InterruptedCallException.of("model " + name + " was loaded", e);
    } catch (ExecutionException e) {
      forget(task);
      leave();
      throw Failures.of("model " + name + " could not be loaded", e.getCause());
    }
  }

  private final class Handle implements Use {
    private final Loaded loaded;
    private boolean over;

    Handle(Loaded loaded) {
      this.loaded = loaded;
    }

    @Override
    public ClipModel model() {
      return loaded.model();
    }

    @Override
    public BatchingEmbedder embedder() {
      return loaded.embedder();
    }

    @Override
    public synchronized void close() {
      if (!over) {
        over = true;
        leave();
      }
    }
  }

  private FutureTask<Loaded> enter() {
    lock.lock();
    try {
      if (closed) {
        throw new ClosedException("model " + name);
      }
      FutureTask<Loaded> task = current;
      if (task == null) {
        task = new FutureTask<>(this::load);
        current = task;
        Thread.ofPlatform().daemon().name("openclip-load").start(task);
        watch(task);
      }
      users++;
      return task;
    } finally {
      lock.unlock();
    }
  }

  private Loaded load() {
    ClipModel model = loader.get();
    try {
      return new Loaded(model, BatchingEmbedder.create(model, batching));
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  private void leave() {
    lock.lock();
    try {
      users--;
      since = System.nanoTime();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void forget(FutureTask<Loaded> failed) {
    lock.lock();
    try {
      if (Objects.equals(current, failed)) {
        current = null;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Unloads the model when its time has come. */
  private void watch(FutureTask<Loaded> task) {
    if (!idle.isZero()) {
      Thread.ofPlatform().daemon().name("openclip-idle").start(() -> unloadWhenIdle(task));
    }
  }

  private void unloadWhenIdle(FutureTask<Loaded> task) {
    lock.lock();
    try {
      while (Objects.equals(current, task) && !closed) {
        long left = users > 0 ? idle.toNanos() : since + idle.toNanos() - System.nanoTime();
        if (users == 0 && left <= 0 && task.isDone()) {
          // Under the lock: who comes now waits, and there are never two of it in memory.
          current = null;
          close(task);
          return;
        }
        changed.awaitNanos(Math.max(left, 1_000_000));
      }
    } catch (InterruptedException e) {
      // Nobody has a reason to; the model stays until it is closed.
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  private static void close(FutureTask<Loaded> task) {
    if (task.state() == FutureTask.State.SUCCESS) {
      task.resultNow().close();
    }
  }

  /** Takes no more users, waits for those there are, and unloads it. Closing twice is harmless. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
      while (users > 0) {
        changed.awaitUninterruptibly();
      }
      FutureTask<Loaded> task = current;
      current = null;
      if (task != null) {
        // A load whose users have all gone is not to be forgotten.
        Uninterrupted.await(() -> awaitEnd(task));
        close(task);
      }
    } finally {
      lock.unlock();
    }
  }

  private static void awaitEnd(FutureTask<Loaded> task) throws InterruptedException {
    try {
      task.get();
    } catch (ExecutionException e) {
      System.getLogger(ModelOnDemand.class.getName())
          .log(Level.DEBUG, "closing a model that could not be loaded", e.getCause());
    }
  }
}
