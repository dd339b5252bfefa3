package org.openclip.api.backend;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.openclip.api.ShutdownException;

/**
 * The calls into native code that are being made, for which the end of the JVM waits. After {@code
 * System.exit} or SIGTERM the JVM ends when its shutdown hooks have, whatever other threads are
 * doing then. A hook that is registered here while there are calls, and only then, lasts as long as
 * they do, but no longer than {@value #DEFAULT_SECONDS} seconds, or those of the system property
 * {@value #SECONDS}.
 *
 * <p>A call inside of another on the same thread is a part of it.
 */
public final class CallsUnderWay {
  /** The system property that says how many seconds the end of the JVM waits at most. */
  public static final String SECONDS = "openclip.shutdown.seconds";

  /** As long as orchestrators wait as a rule before they kill a process. */
  private static final int DEFAULT_SECONDS = 30;

  private static final long LOOK_AGAIN_MILLIS = 50;

  private static final Object LOCK = new Object();
  private static final Set<Thread> THREADS = new HashSet<>();

  /** It is registered and removed again and again; only the JVM's end starts it. */
  private static final Thread HOOK = hook("openclip-shutdown", CallsUnderWay::await);

  /** Never registered, so removing it does nothing but tell whether the JVM is ending. */
  private static final Thread PROBE = hook("openclip-probe", () -> {});

  private CallsUnderWay() {}

  private static Thread hook(String name, Runnable work) {
    Thread thread = new Thread(null, work, name, 0, false);
    // It must not keep an application in memory, whose thread happens to be the first that comes.
    thread.setContextClassLoader(null);
    return thread;
  }

  /**
   * Makes a call that is finished before the JVM ends.
   *
   * @param what takes the call, for the error
   * @throws ShutdownException when the JVM is ending and the call is not a part of one that began
   *     before
   */
  public static <T> T begin(String what, Supplier<T> call) {
    return make(what, true, call);
  }

  /**
   * Makes a call that is finished before the JVM ends if it began before, and is made all the same
   * if it did not. For parts of longer work, such as the steps of a training that is being saved.
   */
  public static <T> T finish(Supplier<T> call) {
    return make("", false, call);
  }

  private static <T> T make(String what, boolean refused, Supplier<T> call) {
    if (!enter(what, refused)) {
      return call.get();
    }
    try {
      return call.get();
    } finally {
      leave();
    }
  }

  /** Returns whether the JVM is ending: its shutdown hooks run. */
  public static boolean jvmIsEnding() {
    try {
      Runtime.getRuntime().removeShutdownHook(PROBE);
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }

  /** Returns whether this is a call of its own, which is to be left. */
  private static boolean enter(String what, boolean refused) {
    synchronized (LOCK) {
      if (THREADS.contains(Thread.currentThread())) {
        return false;
      }
      boolean ending = jvmIsEnding();
      if (!ending && THREADS.isEmpty()) {
        try {
          Runtime.getRuntime().addShutdownHook(HOOK);
        } catch (IllegalStateException e) {
          ending = true;
        }
      }
      if (ending && refused) {
        throw new ShutdownException(what);
      }
      return THREADS.add(Thread.currentThread());
    }
  }

  private static void leave() {
    synchronized (LOCK) {
      THREADS.remove(Thread.currentThread());
      if (THREADS.isEmpty() && !jvmIsEnding()) {
        try {
          Runtime.getRuntime().removeShutdownHook(HOOK);
        } catch (IllegalStateException e) {
          // The JVM began to end just now, and the hook waits for what was removed above.
        }
      }
      LOCK.notifyAll();
    }
  }

  private static void await() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.getLong(SECONDS, DEFAULT_SECONDS));
    synchronized (LOCK) {
      while (THREADS.stream().anyMatch(CallsUnderWay::goesOn) && System.nanoTime() < end) {
        try {
          LOCK.wait(LOOK_AGAIN_MILLIS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }
  }

  /** Returns false for a thread that ended the JVM in the midst of its call: it waits for us. */
  private static boolean goesOn(Thread thread) {
    return thread.isAlive()
        && Arrays.stream(thread.getStackTrace())
            .noneMatch(frame -> frame.getClassName().equals("java.lang.Shutdown"));
  }
}
