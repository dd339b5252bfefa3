package org.openclip.api.backend;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.openclip.api.ShutdownException;

/**
 * Delays the end of the JVM until running calls into native code have finished. After {@code
 * System.exit} or SIGTERM the JVM ends when its shutdown hooks have ended, whatever other threads
 * are doing. This class registers a hook while there are calls, and only then. The hook waits for
 * the calls, but no longer than {@value #DEFAULT_SECONDS} seconds, or the number of seconds in the
 * system property {@value #SECONDS}.
 *
 * <p>A call inside another call on the same thread is part of that call.
 */
public final class CallsUnderWay {
  /** The system property for the largest number of seconds that the end of the JVM is delayed. */
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
   * Runs a call that finishes before the JVM ends.
   *
   * @param what the object that takes the call, for the error message
   * @throws ShutdownException when the JVM is ending and the call is not a part of one that began
   *     before
   */
  public static <T> T begin(String what, Supplier<T> call) {
    return make(what, true, call);
  }

  /**
   * Runs a call that finishes before the JVM ends, and runs it even if the JVM is already ending.
   * Use it for parts of longer work, such as the steps of a training that is being saved.
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

  /** Returns whether the JVM is ending, which means that its shutdown hooks are running. */
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
