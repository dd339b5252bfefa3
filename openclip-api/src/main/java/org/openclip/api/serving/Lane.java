package org.openclip.api.serving;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.OpenClipException;
import org.openclip.api.backend.CallsUnderWay;
import org.openclip.api.model.Embeddings;

/**
 * What is on its way through one tower: a thread takes what is ready and runs it as one batch.
 * While it runs, the next batch gathers. When it is free, it waits until the batch is full, or has
 * as many as were lately under way at once, and no longer than the bound: who is alone waits for
 * nobody.
 */
final class Lane<T> {
  private final Function<List<T>, Embeddings> tower;
  private final Consumer<T> release;
  private final long waitNanos;
  private final int most;
  private final ReentrantLock lock = new ReentrantLock();
  private final ReentrantLock turn;
  private final Condition changed = lock.newCondition();
  private final Deque<Waiting<T>> ready = new ArrayDeque<>();
  private final Thread thread;
  private int underWay;
  private int lately;
  private boolean closed;

  private record Waiting<T>(T item, Row row, long since) {}

  /**
   * Starts a lane.
   *
   * @param name that of its thread
   * @param turn held while the tower runs; lanes that share it take turns on the same cores
   * @param tower returns one row for each item, in order
   * @param release is given each item that was added when it has run, or is left out
   */
  Lane(
      String name,
      BatchingOptions options,
      ReentrantLock turn,
      Function<List<T>, Embeddings> tower,
      Consumer<T> release) {
    this.turn = turn;
    this.tower = tower;
    this.release = release;
    this.waitNanos = options.maxWait().toNanos();
    this.most = options.maxBatch();
    this.thread = Thread.ofPlatform().daemon().name(name).start(this::runAll);
  }

  /** Takes note of an item that may be {@linkplain #add added}, and will {@link #leave}. */
  void expect() {
    lock.lock();
    try {
      underWay++;
      lately = Math.max(lately, underWay);
    } finally {
      lock.unlock();
    }
  }

  /** Takes note that an item that was expected is over. */
  void leave() {
    lock.lock();
    try {
      underWay--;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Adds an item that was expected.
   *
   * @param row takes its row, or what failed; an item whose row is there already is left out
   */
  void add(T item, Row row) {
    lock.lock();
    try {
      ready.add(new Waiting<>(item, row, System.nanoTime()));
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Ends the thread when nothing is ready, and waits for its end. Nothing is added any more. */
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
    Uninterrupted.await(thread::join);
  }

  private void runAll() {
    for (List<Waiting<T>> batch = take(); !batch.isEmpty(); batch = take()) {
      turn.lock();
      try {
        fill(batch);
        run(batch);
      } finally {
        turn.unlock();
      }
      batch.forEach(waiting -> release.accept(waiting.item()));
    }
  }

  /** Returns the next batch; an empty one in the end. */
  private List<Waiting<T>> take() {
    lock.lock();
    try {
      while (ready.isEmpty() && !closed) {
        changed.awaitUninterruptibly();
      }
      awaitOthers();
      lately = underWay;
      List<Waiting<T>> batch = new ArrayList<>();
      fill(batch);
      return batch;
    } finally {
      lock.unlock();
    }
  }

  /** Adds what is ready to a batch that is not full. */
  private void fill(List<Waiting<T>> batch) {
    lock.lock();
    try {
      while (batch.size() < most && !ready.isEmpty()) {
        batch.add(ready.remove());
      }
    } finally {
      lock.unlock();
    }
  }

  private void awaitOthers() {
    Waiting<T> first = ready.peek();
    while (first != null && ready.size() < Math.min(most, lately) && !closed) {
      long left = first.since() + waitNanos - System.nanoTime();
      if (left <= 0) {
        return;
      }
      try {
        changed.awaitNanos(left);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void run(List<Waiting<T>> batch) {
    List<Waiting<T>> live = batch.stream().filter(waiting -> !waiting.row().isDone()).toList();
    if (live.isEmpty()) {
      return;
    }
    // Nobody has a reason to interrupt this thread, and one interrupt must not fail all to come.
    Thread.interrupted();
    try {
      // What began before the program's end began is finished.
      Embeddings rows =
          CallsUnderWay.finish(() -> tower.apply(live.stream().map(Waiting::item).toList()));
      Embeddings unit = rows.normalised();
      for (int i = 0; i < live.size(); i++) {
        live.get(i).row().complete(unit.row(i));
      }
    } catch (OpenClipException | InterruptedCallException e) {
      if (live.size() == 1) {
        live.get(0).row().completeExceptionally(e);
      } else {
        // What is wrong with one of them is no fault of the others.
        live.forEach(waiting -> run(List.of(waiting)));
      }
    } catch (RuntimeException | Error e) {
      live.forEach(waiting -> waiting.row().completeExceptionally(e));
    }
  }
}
