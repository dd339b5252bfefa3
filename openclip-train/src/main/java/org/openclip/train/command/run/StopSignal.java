package org.openclip.train.command.run;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.openclip.hub.io.UnfinishedFiles;

/**
 * True from when the process is told to end, as Ctrl-C does. The process then waits until this is
 * closed, so that the step under way can end and be saved.
 */
final class StopSignal implements BooleanSupplier, AutoCloseable {
  private static final long MINUTES = 10;

  private final AtomicBoolean stop = new AtomicBoolean();
  private final CountDownLatch saved = new CountDownLatch(1);
  private final Thread hook = new Thread(this::await, "openclip-stop");
  private final UnfinishedFiles.Saving saving = UnfinishedFiles.ofProcess().saving();

  private StopSignal() {}

  /** Begins to listen. */
  static StopSignal listen() {
    StopSignal signal = new StopSignal();
    Runtime.getRuntime().addShutdownHook(signal.hook);
    return signal;
  }

  private void await() {
    stop.set(true);
    try {
      saved.await(MINUTES, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean getAsBoolean() {
    return stop.get();
  }

  /** Says that everything is saved. */
  @Override
  public void close() {
    saved.countDown();
    saving.close();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending already.
    }
  }
}
