package org.openclip.hub.hf;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openclip.api.OpenClipException;
import org.openclip.api.spi.FetchListener;
import org.openclip.hub.testkit.HubServer;

/** A program that fetches one file, for tests that need another process. */
public final class FetchProgram {
  /** Runs a command without root's right to pass over what files forbid. */
  private static final List<String> UNPRIVILEGED =
      List.of("setpriv", "--bounding-set=-dac_override,-dac_read_search");

  private FetchProgram() {}

  /**
   * Fetches a file and prints its path, or what is wrong.
   *
   * @param arguments the hub's address, the cache, the location and the file
   */
  public static void main(String[] arguments) {
    HubTestSettings hub =
        HubTestSettings.of(URI.create(arguments[0]), Path.of(arguments[1]), Duration.ofSeconds(60));
    try {
      System.out.println(hub.source(arguments[2], 0, FetchListener.NONE).fetch(arguments[3]));
    } catch (OpenClipException e) {
      System.out.println("FAILED " + e.getMessage());
      System.exit(1);
    }
  }

  /** Starts the program. */
  static Process start(HubServer server, Path cache, String location, String file) {
    return start(List.of(), server, cache, location, file);
  }

  /**
   * Starts a shell script in name spaces of its own, where it may mount what it likes; {@code "$@"}
   * in it is the call of the program.
   */
  static Process startMounting(
      String script, HubServer server, Path cache, String location, String file) {
    return start(
        List.of("unshare", "-rm", "sh", "-ec", script, "sh"), server, cache, location, file);
  }

  /** Waits for the program to end and returns what it printed. */
  static String output(Process process) throws IOException, InterruptedException {
    String output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return output;
  }

  /** Returns whether this machine lets users have name spaces of their own. */
  static boolean canMount() {
    return succeeds(List.of("unshare", "-rm"));
  }

  private static boolean succeeds(List<String> prefix) {
    List<String> command = new ArrayList<>(prefix);
    command.add("true");
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Starts the program as a user who may not write where files forbid it, even if this one may
   * write anywhere.
   */
  static Process startBound(HubServer server, Path cache, String location, String file) {
    List<String> prefix = Files.isWritable(cache) ? UNPRIVILEGED : List.of();
    return start(prefix, server, cache, location, file);
  }

  /** Returns whether what root may do can be forbidden to a process. */
  static boolean canForbid() {
    return succeeds(UNPRIVILEGED);
  }

  private static Process start(
      List<String> prefix, HubServer server, Path cache, String location, String file) {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xshare:auto",
            "-XX:TieredStopAtLevel=1",
            "-Xmx128m",
            "-cp",
            System.getProperty("java.class.path"),
            FetchProgram.class.getName(),
            server.endpoint().toString(),
            cache.toString(),
            location,
            file));
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
