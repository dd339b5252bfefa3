package org.openclip.train.distributed;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;
import org.openclip.api.backend.World;

/**
 * The group of processes of a distributed training, as one process sees it. They meet at the first
 * one's address and tell each other their own; no other port has to be known. Then they watch each
 * other: tensors go another way, on TensorFlow's own servers.
 */
public final class Party implements AutoCloseable {
  private static final long BEAT_MILLIS = 1_000;

  private final Placement place;
  private final Duration timeout;
  private final @Nullable Master master;
  private final Line line;
  private final CountDownLatch failing = new CountDownLatch(1);
  private final Object answers = new Object();
  private World world = World.ALONE;
  private int goes;
  private Map<String, String> told = Map.of();
  private volatile @Nullable String failure;
  private volatile @Nullable Consumer<String> listener;
  private volatile long seen = System.nanoTime();
  private volatile long step;
  private volatile boolean closed;

  private Party(Placement place, Duration timeout, @Nullable Master master, Line line) {
    this.place = place;
    this.timeout = timeout;
    this.master = master;
    this.line = line;
  }

  /**
   * Meets the others.
   *
   * @param facts what must be the same in all processes, by name
   * @param timeout how long to wait for them, now and later
   * @param say is told, in a line, whom it waits for
   * @throws OpenClipException when the first process does not answer, some process does not come,
   *     two have one number, or they differ
   */
  public static Party join(
      Placement place, Map<String, String> facts, Duration timeout, Consumer<String> say) {
    Master master = place.rank() == 0 ? Master.open(place, timeout) : null;
    Line line = null;
    boolean joined = false;
    try {
      line = Meeting.connect(place, timeout, say);
      Party party = new Party(place, timeout, master, line);
      party.meet(facts);
      joined = true;
      return party;
    } catch (IOException e) {
      throw new OpenClipException(
          String.format(
              Locale.ROOT,
              "rank 0 at %s:%d lost the connection to rank %d: %s",
              place.host(),
              place.port(),
              place.rank(),
              e.getMessage()),
          e);
    } finally {
      if (!joined) {
        if (line != null) {
          line.close();
        }
        if (master != null) {
          master.close();
        }
      }
    }
  }

  private void meet(Map<String, String> facts) throws IOException {
    line.send(Meeting.hello(place, facts, line.socket().getLocalAddress()));
    Thread.ofPlatform().daemon().name("openclip-beat").start(this::beat);
    // Longer than the first process waits, for it knows who is missing.
    line.socket().setSoTimeout((int) Math.min(Integer.MAX_VALUE, timeout.toMillis() + 5_000));
    for (Map<String, Object> message = line.receive(); ; message = line.receive()) {
      if (message == null) {
        throw new IOException("it closed the connection");
      }
      seen = System.nanoTime();
      if (message.get("failed") != null) {
        closed = true;
        throw new OpenClipException(String.valueOf(message.get("failed")));
      }
      if (message.get("addresses") instanceof List<?> list) {
        List<String> addresses = new ArrayList<>();
        list.forEach(address -> addresses.add(String.valueOf(address)));
        world = new World(place.rank(), addresses, timeout);
        break;
      }
    }
    line.socket().setSoTimeout(0);
    Thread.ofPlatform().daemon().name("openclip-listen").start(this::listen);
  }

  private void listen() {
    try {
      for (Map<String, Object> message = line.receive();
          message != null;
          message = line.receive()) {
        seen = System.nanoTime();
        if (message.get("failed") != null) {
          fail(String.valueOf(message.get("failed")));
          return;
        }
        if (message.containsKey("go")) {
          synchronized (answers) {
            told = Seat.map(message.get("tell"));
            goes++;
            answers.notifyAll();
          }
        }
      }
    } catch (IOException e) {
      System.getLogger(Party.class.getName()).log(System.Logger.Level.DEBUG, "lost rank 0", e);
    }
    if (!closed) {
      fail("rank 0 on " + place.host() + " ended without a message");
    }
  }

  private void beat() {
    while (!closed && failure == null) {
      line.trySend(Map.of("at", step));
      if (System.nanoTime() - seen > timeout.toNanos() + TimeUnit.SECONDS.toNanos(2)) {
        fail(
            String.format(
                Locale.ROOT,
                "rank 0 on %s does not respond: no message for %d s",
                place.host(),
                timeout.toSeconds()));
        return;
      }
      try {
        Thread.sleep(BEAT_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void fail(String message) {
    synchronized (answers) {
      if (failure != null || closed) {
        return;
      }
      failure = message;
      answers.notifyAll();
    }
    failing.countDown();
    Consumer<String> told = listener;
    if (told != null) {
      told.accept(message);
    }
  }

  /** Returns the processes with their addresses. */
  public World world() {
    return world;
  }

  /** Sets who is told, on a thread of its own, when another process fails. */
  public void onFailure(Consumer<String> action) {
    listener = action;
    String message = failure;
    if (message != null) {
      action.accept(message);
    }
  }

  /** Returns which process failed, and how; empty while all go on. */
  public Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  /** Takes note of the step that this process begins, so that others know who is late. */
  public void at(long number) {
    step = number;
  }

  /**
   * Waits until all processes have come here, and sees that they have the same in mind.
   *
   * @param facts what must be the same, by name
   * @throws OpenClipException when they differ, or one fails
   */
  public void agree(Map<String, String> facts) {
    together(facts, Map.of());
  }

  /**
   * Waits until all processes have come here, and returns what the first one has decided.
   *
   * @param decided by name; nobody listens to any but the first process
   * @throws OpenClipException when one fails
   */
  public Map<String, String> told(Map<String, String> decided) {
    return together(Map.of(), decided);
  }

  private Map<String, String> together(Map<String, String> facts, Map<String, String> tell) {
    long end = System.nanoTime() + timeout.toNanos();
    synchronized (answers) {
      int before = goes;
      line.trySend(Map.of("facts", new TreeMap<>(facts), "tell", new TreeMap<>(tell)));
      while (goes == before) {
        String message = failure;
        if (message != null) {
          throw new OpenClipException(message);
        }
        if (System.nanoTime() > end) {
          throw new OpenClipException(
              "the other processes did not connect within " + timeout.toSeconds() + " s");
        }
        try {
          answers.wait(100);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new OpenClipException("interrupted while waiting for other processes", e);
        }
      }
      return told;
    }
  }

  /**
   * Returns why a run with others failed: because of one of them, if one is known to have, or the
   * failure itself, of which the others are told.
   */
  public RuntimeException explained(RuntimeException e) {
    if (e instanceof org.openclip.api.BackendException) {
      // TensorFlow knows sooner that somebody is gone than who it is.
      try {
        failing.await(3, TimeUnit.SECONDS);
      } catch (InterruptedException interrupt) {
        Thread.currentThread().interrupt();
      }
    }
    String message = failure;
    if (message != null) {
      return new OpenClipException(message, e);
    }
    String own = String.valueOf(e.getMessage());
    line.trySend(Map.of("failed", own));
    return e;
  }

  /** Says goodbye. The first process waits for all others to do so. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      line.trySend(Map.of("bye", true));
      if (master != null) {
        master.close();
      }
      line.close();
    }
  }
}
