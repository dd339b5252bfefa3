package org.openclip.train.distributed;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openclip.api.OpenClipException;

/**
 * The processes of a distributed training on one machine: prefixes their output with the rank, and
 * ends all of them when one fails.
 */
public final class LocalRanks implements AutoCloseable {
  private static final int FIRST_SIGNAL = 128;

  /** How many heaps the C library of Linux makes, at most. */
  private static final String HEAPS = "MALLOC_ARENA_MAX";

  private final List<Process> processes = new ArrayList<>();
  private final List<Thread> readers = new ArrayList<>();
  private final PrintStream out;
  private final PrintStream err;

  private LocalRanks(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /**
   * Starts processes.
   *
   * @param command the command line of all
   * @param environments for each its rank, for which its lines are marked, and its variables
   */
  public static LocalRanks start(
      List<String> command,
      Map<Integer, Map<String, String>> environments,
      PrintStream out,
      PrintStream err) {
    LocalRanks ranks = new LocalRanks(out, err);
    boolean started = false;
    try {
      environments.forEach((rank, variables) -> ranks.add(command, rank, variables));
      started = true;
      return ranks;
    } finally {
      if (!started) {
        ranks.end(Duration.ZERO);
      }
    }
  }

  private void add(List<String> command, int rank, Map<String, String> variables) {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectInput(ProcessBuilder.Redirect.INHERIT);
    // Each thread that receives tensors would keep a heap of its own of what it has freed.
    builder.environment().putIfAbsent(HEAPS, "1");
    builder.environment().putAll(variables);
    try {
      Process process = builder.start();
      processes.add(process);
      readers.add(reader(rank, process.getInputStream(), out));
      readers.add(reader(rank, process.getErrorStream(), err));
    } catch (IOException e) {
      throw new OpenClipException("rank " + rank + " cannot be started: " + e, e);
    }
  }

  private static Thread reader(int rank, InputStream from, PrintStream to) {
    return Thread.ofPlatform()
        .daemon()
        .name("openclip-rank-" + rank)
        .start(
            () -> {
              try (BufferedReader lines =
                  new BufferedReader(new InputStreamReader(from, Charset.defaultCharset()))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                  synchronized (to) {
                    to.println("[" + rank + "] " + line);
                    to.flush();
                  }
                }
              } catch (IOException e) {
                System.getLogger(LocalRanks.class.getName())
                    .log(System.Logger.Level.DEBUG, "the output of rank " + rank + " has ended", e);
              }
            });
  }

  /**
   * Waits until all have ended well, or one badly; then all others end, by themselves if they do
   * within the time.
   *
   * @param grace for those that learn of the failure themselves
   * @return 0, or the exit code of the first that ended badly
   */
  public int await(Duration grace) {
    try {
      while (true) {
        boolean running = false;
        for (Process process : processes) {
          if (process.isAlive()) {
            running = true;
          } else if (process.exitValue() != 0) {
            int code = process.exitValue();
            end(grace);
            return code > FIRST_SIGNAL ? 1 : code;
          }
        }
        if (!running) {
          return 0;
        }
        Thread.sleep(50);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OpenClipException("interrupted while waiting for the ranks", e);
    } finally {
      drain();
    }
  }

  /** Returns the numbers that the system gave the processes. */
  public List<Long> pids() {
    return processes.stream().map(Process::pid).toList();
  }

  /** Returns whether all still run. */
  public boolean running() {
    return processes.stream().allMatch(Process::isAlive);
  }

  private void drain() {
    for (Thread reader : readers) {
      try {
        reader.join(2_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** Passes on that the process is told to end, and waits until all have saved and ended. */
  public void terminate(Duration longest) {
    // A process' own destroy would close what it still has to say.
    processes.forEach(process -> process.toHandle().destroy());
    waitFor(longest);
    drain(); // This process ends when the caller does, with what was not read yet.
  }

  private void end(Duration grace) {
    if (!waitFor(grace)) {
      processes.forEach(process -> process.toHandle().destroy());
      if (!waitFor(grace.dividedBy(2))) {
        processes.forEach(Process::destroyForcibly);
        waitFor(grace);
      }
    }
  }

  private boolean waitFor(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    boolean ended = true;
    for (Process process : processes) {
      try {
        ended &= process.waitFor(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return ended;
  }

  /** Ends what still runs, at once. */
  @Override
  public void close() {
    processes.forEach(Process::destroyForcibly);
  }
}
