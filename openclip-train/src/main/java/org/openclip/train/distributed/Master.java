package org.openclip.train.distributed;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;

/**
 * The part of the first process: it waits for all others, tells them what its {@link Roster} finds,
 * and says who fails. It knows them by the connections that they keep open.
 */
final class Master implements AutoCloseable {
  /** What a process that trains says first, so that others are known for strangers. */
  static final String GREETING = "openclip-train";

  private static final int HELLO_MILLIS = 10_000;
  private static final long BEAT_MILLIS = 1_000;

  private final Placement place;
  private final Duration timeout;
  private final ServerSocket socket;
  private final Roster roster;
  private final Object lock = new Object();
  private @Nullable String failure;
  private volatile boolean closed;

  private Master(Placement place, Duration timeout, ServerSocket socket) {
    this.place = place;
    this.timeout = timeout;
    this.socket = socket;
    this.roster = new Roster(place.size());
  }

  /**
   * Begins to wait.
   *
   * @throws OpenClipException when the port is taken
   */
  static Master open(Placement place, Duration timeout) {
    ServerSocket socket = null;
    try {
      socket = new ServerSocket();
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(place.port()), 1024);
      Master master = new Master(place, timeout, socket);
      Thread.ofPlatform().daemon().name("openclip-meet").start(master::accept);
      Thread.ofPlatform().daemon().name("openclip-watch").start(master::watch);
      return master;
    } catch (IOException e) {
      close(socket);
      throw new OpenClipException(
          e instanceof BindException
              ? String.format(
                  Locale.ROOT,
                  "port %d, on which rank 0 listens, is in use; choose another MASTER_PORT",
                  place.port())
              : "rank 0 cannot listen on port " + place.port() + ": " + e,
          e);
    }
  }

  private static void close(@Nullable ServerSocket socket) {
    if (socket != null) {
      try {
        socket.close();
      } catch (IOException e) {
        System.getLogger(Master.class.getName()).log(System.Logger.Level.DEBUG, "closing", e);
      }
    }
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket accepted = socket.accept();
        Thread.ofPlatform().daemon().name("openclip-rank").start(() -> serve(accepted));
      } catch (IOException e) {
        return; // Closed: all are there, or rank 0 ends.
      }
    }
  }

  private void serve(Socket accepted) {
    try (Line line = new Line(accepted)) {
      accepted.setSoTimeout(HELLO_MILLIS);
      Map<String, Object> hello = line.receive();
      if (hello == null || !GREETING.equals(hello.get("program"))) {
        return;
      }
      accepted.setSoTimeout(0);
      Seat seat = take(hello, line);
      if (seat != null) {
        listen(seat);
      }
    } catch (IOException e) {
      System.getLogger(Master.class.getName()).log(System.Logger.Level.DEBUG, "a stranger came", e);
    }
  }

  private @Nullable Seat take(Map<String, Object> hello, Line line) {
    int rank = hello.get("rank") instanceof Number number ? number.intValue() : -1;
    Seat seat = new Seat(rank, hello, line);
    synchronized (lock) {
      String problem = failure == null ? roster.refusal(seat, hello.get("size")) : failure;
      if (problem != null) {
        fail(problem);
        line.trySend(Map.of("failed", problem));
        return null;
      }
      roster.add(seat, line.socket().getLocalAddress());
      if (roster.missing().isEmpty()) {
        close(socket);
        begin();
      }
      return seat;
    }
  }

  /** Tells everybody's addresses, if all have the same in mind. */
  private void begin() {
    String difference = roster.difference(seat -> seat.facts);
    if (difference != null) {
      fail(difference);
      return;
    }
    List<String> addresses = roster.addresses();
    for (Seat seat : roster.present()) {
      seat.line.trySend(Map.of("addresses", addresses));
    }
  }

  private void listen(Seat seat) {
    try {
      for (Map<String, Object> message = seat.line.receive();
          message != null && !seat.done;
          message = seat.line.receive()) {
        seat.seen = System.nanoTime();
        if (message.get("at") instanceof Number number) {
          seat.at = number.longValue();
        } else if (message.containsKey("facts")) {
          seat.tells = Seat.map(message.get("tell"));
          agree(seat, Seat.facts(message));
        } else if (message.containsKey("failed")) {
          seat.done = true;
          fail(seat + " failed: " + message.get("failed") + behind());
        } else if (message.containsKey("bye")) {
          seat.done = true;
          synchronized (lock) {
            lock.notifyAll();
          }
        }
      }
    } catch (IOException e) {
      System.getLogger(Master.class.getName()).log(System.Logger.Level.DEBUG, "lost " + seat, e);
    }
    if (!seat.done && !closed) {
      seat.done = true;
      fail(seat + " ended without a message");
    }
  }

  private String behind() {
    synchronized (lock) {
      return roster.behind();
    }
  }

  private void agree(Seat seat, Map<String, String> facts) {
    synchronized (lock) {
      seat.asked = facts;
      List<Seat> all = roster.present();
      if (!roster.missing().isEmpty() || all.stream().anyMatch(other -> other.asked == null)) {
        return;
      }
      String difference = roster.difference(each -> Objects.requireNonNull(each.asked));
      for (Seat other : all) {
        other.asked = null;
        if (difference == null) {
          other.line.trySend(Map.of("go", true, "tell", all.get(0).tells));
        }
      }
      if (difference != null) {
        fail(difference);
      }
    }
  }

  private void fail(String message) {
    synchronized (lock) {
      if (failure != null) {
        return;
      }
      failure = message;
      for (Seat seat : roster.present()) {
        seat.line.trySend(Map.of("failed", message));
      }
      lock.notifyAll();
    }
  }

  /** Gives signs of life, and misses those of others. */
  private void watch() {
    long begun = System.nanoTime();
    while (!closed) {
      try {
        Thread.sleep(BEAT_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      synchronized (lock) {
        long now = System.nanoTime();
        if (!roster.missing().isEmpty() && now - begun > timeout.toNanos()) {
          fail(
              String.format(
                  Locale.ROOT,
                  "ranks %s of %d did not connect to port %d of %s within %d s; connected are %s",
                  roster.missing(),
                  place.size(),
                  place.port(),
                  place.host(),
                  timeout.toSeconds(),
                  roster.present().stream().map(Seat::toString).collect(Collectors.joining(", "))));
        }
        for (Seat seat : roster.present()) {
          if (!seat.done) {
            seat.line.trySend(Map.of("alive", true));
            if (now - seat.seen > timeout.toNanos()) {
              fail(seat + " does not respond: no message for " + timeout.toSeconds() + " s");
            }
          }
        }
      }
    }
  }

  /** Waits until all others have said goodbye, or a failure is told. */
  @Override
  public void close() {
    long end = System.nanoTime() + Math.min(timeout.toNanos(), TimeUnit.MINUTES.toNanos(1));
    synchronized (lock) {
      while (failure == null && !roster.allDone() && System.nanoTime() < end) {
        try {
          lock.wait(100);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          break;
        }
      }
      closed = true;
    }
    close(socket);
  }
}
