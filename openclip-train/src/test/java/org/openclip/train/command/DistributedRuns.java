package org.openclip.train.command;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.openclip.hub.cli.Main;
import org.openclip.train.JavaProcess;

/**
 * Trainings by several processes of this machine.
 *
 * @param runs what they train on
 */
record DistributedRuns(ColourRuns runs) {
  private static final Duration LONGEST = Duration.ofMinutes(3);

  /** What a process ended with, and said on both streams. */
  record Ended(int code, String said) {}

  /** A process that runs, and the file of what it says. */
  record Running(Process process, Path file) {
    /** Waits until it ends; one that does not is ended, with code -1. */
    Ended end() throws IOException, InterruptedException {
      return end(LONGEST);
    }

    Ended end(Duration longest) throws IOException, InterruptedException {
      boolean ended = process.waitFor(longest.toMillis(), TimeUnit.MILLISECONDS);
      if (!ended) {
        process.destroyForcibly().waitFor();
      }
      return new Ended(ended ? process.exitValue() : -1, said());
    }

    String said() throws IOException {
      return Files.readString(file, StandardCharsets.UTF_8);
    }

    /** Waits until it has said something. */
    void waitFor(String text) throws IOException, InterruptedException {
      long end = System.nanoTime() + LONGEST.toNanos();
      while (!said().contains(text)) {
        if (!process.isAlive() || System.nanoTime() > end) {
          throw new AssertionError("'" + text + "' was not said, but: " + said());
        }
        Thread.sleep(50);
      }
    }
  }

  /** Returns a port that is free now. */
  static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return free.getLocalPort();
    }
  }

  /** Returns the variables of one process among some. */
  static Map<String, String> variables(int rank, int size, int port) {
    return Map.of(
        "RANK", Integer.toString(rank),
        "LOCAL_RANK", Integer.toString(rank),
        "WORLD_SIZE", Integer.toString(size),
        "MASTER_ADDR", "127.0.0.1",
        "MASTER_PORT", Integer.toString(port));
  }

  /** Returns the flags of a training on the table, with more in addition or in their place. */
  List<String> arguments(String name, String... more) {
    Map<String, String> flags = new TreeMap<>(runs.flags(name));
    flags.put("--train-data", runs.table().toString());
    flags.put("--threads", "1");
    flags.put("--workers", "1");
    flags.put("--dist-timeout", "60");
    return ColourRuns.arguments(flags, more);
  }

  /** Starts a process. */
  Running start(Map<String, String> variables, List<String> arguments) throws IOException {
    return start(variables, runs.folder(), arguments);
  }

  /** Starts a process in a folder. */
  Running start(Map<String, String> variables, Path where, List<String> arguments)
      throws IOException {
    return start(variables, List.of(), where, arguments);
  }

  /**
   * Starts a process in a folder.
   *
   * @param prefix the command line that runs it
   */
  Running start(
      Map<String, String> variables, List<String> prefix, Path where, List<String> arguments)
      throws IOException {
    Path file = Files.createTempFile(runs.folder(), "said", ".txt");
    ProcessBuilder builder = JavaProcess.of(Main.class, arguments.toArray(String[]::new));
    builder.command().addAll(0, prefix);
    builder.redirectErrorStream(true).redirectOutput(file.toFile());
    builder.directory(where.toFile());
    builder.environment().putAll(variables);
    return new Running(builder.start(), file);
  }

  /** Starts all processes of a training. */
  List<Running> start(int size, String name, String... more) throws IOException {
    int port = freePort();
    List<Running> all = new ArrayList<>();
    for (int rank = 0; rank < size; rank++) {
      all.add(start(variables(rank, size, port), arguments(name, more)));
    }
    return all;
  }

  /** Waits for all. */
  static List<Ended> end(List<Running> running) throws IOException, InterruptedException {
    List<Ended> ended = new ArrayList<>();
    for (Running each : running) {
      ended.add(each.end());
    }
    return ended;
  }
}
