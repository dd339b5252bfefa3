package org.openclip.server.http;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Interrupts this thread when a time is up, which closes the connection that it reads from. */
final class Watch implements AutoCloseable {
  private static final ScheduledThreadPoolExecutor TIMER = timer();

  private final Thread thread = Thread.currentThread();
  private final Future<?> alarm;
  private boolean over;
  private boolean rung;

  private Watch(Duration limit) {
    alarm = TIMER.schedule(this::ring, limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  private static ScheduledThreadPoolExecutor timer() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("openclip-serve-watch").factory());
    timer.setRemoveOnCancelPolicy(true);
    timer.setKeepAliveTime(10, TimeUnit.SECONDS);
    timer.allowCoreThreadTimeOut(true);
    return timer;
  }

  static Watch start(Duration limit) {
    return new Watch(limit);
  }

  private synchronized void ring() {
    if (!over) {
      rung = true;
      thread.interrupt();
    }
  }

  /** Returns whether the time was up. */
  synchronized boolean rung() {
    return rung;
  }

  /** Ends the watch; an interrupt of its own is taken back. */
  @Override
  public void close() {
    boolean interrupted;
    synchronized (this) {
      over = true;
      interrupted = rung;
    }
    alarm.cancel(false);
    if (interrupted) {
      Thread.interrupted();
    }
  }
}
