package org.openclip.train.distributed;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.openclip.api.OpenClipException;

/** How a process comes to the first one, and what it says of itself. */
final class Meeting {
  private static final long RETRY_MILLIS = 200;
  private static final long PATIENCE_SECONDS = 5;

  private Meeting() {}

  /**
   * Connects to the first process.
   *
   * @param timeout how long it may take until it answers
   * @param say is told, in a line, whom this process waits for
   * @throws OpenClipException when its host does not resolve, or it does not answer
   */
  static Line connect(Placement place, Duration timeout, Consumer<String> say) {
    InetAddress address;
    try {
      address = InetAddress.getByName(place.host());
    } catch (UnknownHostException e) {
      throw new OpenClipException(
          "the host name of rank 0, '%s', cannot be resolved; set MASTER_ADDR to a name or address that this machine can resolve"
              .formatted(place.host()),
          e);
    }
    long begun = System.nanoTime();
    boolean said = false;
    while (true) {
      Socket socket = new Socket();
      try {
        socket.connect(new InetSocketAddress(address, place.port()), 5_000);
        return new Line(socket);
      } catch (IOException e) {
        try {
          socket.close();
        } catch (IOException ignored) {
          // There is nothing to close.
        }
        long waited = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
        if (System.nanoTime() - begun > timeout.toNanos()) {
          throw new OpenClipException(
              String.format(
                  Locale.ROOT,
                  "rank 0 at %s:%d did not respond to rank %d within %d s (%s); check that it is"
                      + " running and that the port is open",
                  place.host(),
                  place.port(),
                  place.rank(),
                  waited,
                  e.getMessage()),
              e);
        }
        if (!said && waited >= PATIENCE_SECONDS) {
          said = true;
          say.accept(
              String.format(
                  Locale.ROOT,
                  "waiting for rank 0 at %s:%d, up to %d s",
                  place.host(),
                  place.port(),
                  timeout.toSeconds()));
        }
        pause(RETRY_MILLIS);
      }
    }
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OpenClipException("interrupted while waiting for other processes", e);
    }
  }

  /**
   * Returns what a process says first.
   *
   * @param facts what must be the same in all processes, by name
   * @param own address at which it reached the first process
   */
  static Map<String, Object> hello(Placement place, Map<String, String> facts, InetAddress own)
      throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Map<String, Object> hello = new LinkedHashMap<>();
    hello.put("program", Master.GREETING);
    hello.put("rank", place.rank());
    hello.put("size", place.size());
    hello.put("host", hostName(own));
    hello.put("pid", ProcessHandle.current().pid());
    hello.put("address", own.getHostAddress());
    hello.put("port", port);
    hello.put("facts", new TreeMap<>(facts));
    return hello;
  }

  private static String hostName(InetAddress own) {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return own.getHostAddress();
    }
  }
}
