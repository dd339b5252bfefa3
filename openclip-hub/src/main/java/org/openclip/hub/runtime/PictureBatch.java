package org.openclip.hub.runtime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;

/**
 * Pictures that are on their way into one buffer. Some threads take one picture after the other, in
 * order, each while it holds a core of the call.
 */
public final class PictureBatch<T> {
  private final PictureInput input;
  private final ByteBuffer pixels;
  private final List<T> sources;
  private final Preparing<T> preparing;
  private final List<Future<?>> work = new ArrayList<>();
  private final @Nullable OpenClipException[] faults;
  private int next;
  private boolean stopped;
  private Runnable afterwards = () -> {};
  private int failed = Integer.MAX_VALUE;
  private @Nullable Throwable failure;

  /** What is done with a picture. */
  interface Preparing<T> {
    /**
     * Decodes and preprocesses a picture.
     *
     * @param place where its numbers go, in native order
     */
    void prepare(T source, ByteBuffer place);
  }

  /** Judges a picture that cannot be prepared: it throws, or leaves the picture out. */
  interface Unreadable {
    void judge(int index, OpenClipException why);
  }

  PictureBatch(PictureInput input, ByteBuffer pixels, List<T> sources, Preparing<T> preparing) {
    this.input = input;
    this.pixels = pixels;
    this.sources = sources;
    this.preparing = preparing;
    this.faults = new OpenClipException[sources.size()];
  }

  ByteBuffer pixels() {
    return pixels;
  }

  int count() {
    return sources.size();
  }

  /** Prepares all pictures in this thread. */
  void fill() {
    for (int slot = 0; slot < count(); slot++) {
      InterruptedCallException.check("pictures were prepared");
      fill(slot);
    }
  }

  /** Prepares a picture; one that is no picture is a fault of its slot alone. */
  private void fill(int slot) {
    try {
      preparing.prepare(sources.get(slot), place(slot));
    } catch (InvalidInputException | InvalidFileException e) {
      faults[slot] = e;
    }
  }

  private ByteBuffer place(int slot) {
    int bytes = input.bytes();
    return pixels.slice(slot * bytes, bytes).order(ByteOrder.nativeOrder());
  }

  /**
   * Moves the pictures that could be prepared to the front; returns how many they are.
   *
   * @param unreadable is told of the others, in order
   */
  int readable(Unreadable unreadable) {
    int kept = 0;
    for (int slot = 0; slot < count(); slot++) {
      OpenClipException fault = faults[slot];
      if (fault != null) {
        unreadable.judge(slot, fault);
      } else {
        if (kept < slot) {
          place(kept).put(place(slot));
        }
        kept++;
      }
    }
    return kept;
  }

  /** Returns the numbers of the first pictures. */
  ByteBuffer front(int count) {
    return pixels.slice(0, count * input.bytes()).order(ByteOrder.nativeOrder());
  }

  /**
   * Begins to prepare the pictures in other threads.
   *
   * @param workers how many
   * @param cores one is held for each picture
   */
  synchronized void start(ExecutorService threads, int workers, Semaphore cores) {
    for (int i = 0; i < Math.min(workers, count()) && !stopped; i++) {
      work.add(threads.submit(() -> drain(cores)));
    }
  }

  private void drain(Semaphore cores) {
    for (int slot = take(); slot >= 0; slot = take()) {
      cores.acquireUninterruptibly();
      try {
        fill(slot);
      } catch (RuntimeException | Error e) {
        fail(slot, e);
      } finally {
        cores.release();
      }
    }
  }

  /** Returns the next picture that nobody has taken; -1 when there is none. */
  private int take() {
    Runnable last = null;
    int slot = -1;
    synchronized (this) {
      if (!stopped && next < count()) {
        slot = next++;
      }
      if (next == count()) {
        last = afterwards;
        afterwards = () -> {};
      }
    }
    if (last != null) {
      last.run();
    }
    return slot;
  }

  /** Lets something be done as soon as somebody has taken the last picture. */
  void whenTaken(Runnable action) {
    synchronized (this) {
      if (next < count()) {
        afterwards = action;
        return;
      }
    }
    action.run();
  }

  private synchronized void fail(int slot, Throwable problem) {
    stopped = true;
    if (slot < failed) {
      failed = slot;
      failure = problem;
    }
  }

  /** Waits for every picture; the first failure in their order is thrown. */
  void await() {
    try {
      for (Future<?> future : started()) {
        future.get();
      }
    } catch (ExecutionException e) {
      throw Aside.failure(e.getCause());
    } catch (InterruptedException e) {
      cancel();
      throw InterruptedCallException.of("pictures were prepared", e);
    }
    synchronized (this) {
      if (failure != null) {
        throw Aside.failure(failure);
      }
    }
  }

  private synchronized List<Future<?>> started() {
    return List.copyOf(work);
  }

  /** Gives up what has not begun; the buffer is left to those that have. */
  synchronized void cancel() {
    stopped = true;
  }
}
