package org.openclip.hub.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openclip.api.OpenClipException;

/**
 * The incomplete files of this process, which are deleted at its end. A signal that ends the
 * process, such as Ctrl-C, removes them; while somebody still has to save something, it waits. Safe
 * for many threads.
 */
public final class UnfinishedFiles {
  /** How long is waited for those who save. */
  private static final long MINUTES = 10;

  private static final UnfinishedFiles OF_PROCESS = new UnfinishedFiles();

  private final Set<Path> files = new HashSet<>();
  private int savers;
  private boolean listens;
  private boolean ended;

  private UnfinishedFiles() {}

  /** Returns those of this process. */
  public static UnfinishedFiles ofProcess() {
    return OF_PROCESS;
  }

  /** A promise to close it when everything is saved; closing twice is harmless. */
  public final class Saving implements AutoCloseable {
    private boolean closed;

    private Saving() {}

    @Override
    public void close() {
      synchronized (UnfinishedFiles.this) {
        if (!closed) {
          closed = true;
          savers--;
          UnfinishedFiles.this.notifyAll();
        }
      }
    }
  }

  /**
   * Keeps files from being removed until the result is closed, for a process that saves at its end.
   */
  public synchronized Saving saving() {
    savers++;
    return new Saving();
  }

  /**
   * Adds a file that is about to be made.
   *
   * @throws OpenClipException when the process is ending and no more are made
   */
  synchronized void add(Path file) {
    if (ended) {
      throw new OpenClipException(file + " is not written because the process is shutting down");
    }
    if (!listens) {
      listens = true;
      try {
        Runtime.getRuntime().addShutdownHook(new Thread(this::end, "openclip-unfinished-files"));
      } catch (IllegalStateException e) {
        // It is ending already, and whoever saves now is waited for by itself.
      }
    }
    files.add(file);
  }

  /** Takes a file out that is whole, or removed. */
  synchronized void remove(Path file) {
    files.remove(file);
  }

  /** Removes what is not whole, once nobody saves any more. */
  private synchronized void end() {
    try {
      long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
      for (long left = end - System.nanoTime();
          savers > 0 && left > 0;
          left = end - System.nanoTime()) {
        wait(Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    ended = true;
    for (Path file : List.copyOf(files)) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        // Another system may not remove what is open; the process ends all the same.
      }
    }
  }
}
