package org.openclip.hub.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InterruptedCallException;

/**
 * A file lock that one thread of one process holds at a time; it ends with the process. The file
 * stays.
 */
public final class ProcessLock implements AutoCloseable {
  /**
   * The files that threads of this process hold or wait to lock in other processes. Only one of
   * them may open such a file at a time: closing any channel of it gives up the lock of the whole
   * process.
   */
  private static final Set<Path> HELD = new HashSet<>();

  private final Path file;
  private final @Nullable FileChannel channel;

  private ProcessLock(Path file, @Nullable FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Waits until no other thread or process holds the lock, and takes it.
   *
   * @param file created when missing, with its folders
   * @throws IOException when it cannot be created
   * @throws InterruptedCallException when the thread is interrupted
   */
  public static ProcessLock take(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().normalize().getParent());
    Path key = file.toAbsolutePath().normalize();
    enter(key);
    try {
      FileChannel channel =
          FileChannel.open(key, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
      return new ProcessLock(key, lock(channel, key));
    } catch (IOException | RuntimeException | Error e) {
      leave(key);
      throw e;
    }
  }

  /** Returns the locked channel; null when the file system knows no locks. */
  private static @Nullable FileChannel lock(FileChannel channel, Path file) throws IOException {
    try {
      FileLock lock = channel.lock();
      return lock.isValid() ? channel : null;
    } catch (IOException e) {
      channel.close();
      InterruptedCallException.check("waiting for " + file, e);
      System.getLogger(ProcessLock.class.getName())
          .log(System.Logger.Level.DEBUG, "{0} cannot be locked: {1}", file, e);
      return null;
    }
  }

  /** Returns whether other processes are kept out, too: not every file system can do it. */
  public boolean exclusive() {
    return channel != null;
  }

  private static void enter(Path key) {
    synchronized (HELD) {
      while (!HELD.add(key)) {
        try {
          HELD.wait();
        } catch (InterruptedException e) {
          throw InterruptedCallException.of("waiting for " + key, e);
        }
      }
    }
  }

  private static void leave(Path key) {
    synchronized (HELD) {
      HELD.remove(key);
      HELD.notifyAll();
    }
  }

  /** Gives the lock back. */
  @Override
  public void close() {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      System.getLogger(ProcessLock.class.getName())
          .log(System.Logger.Level.DEBUG, "{0} cannot be closed: {1}", file, e);
    } finally {
      leave(file);
    }
  }
}
