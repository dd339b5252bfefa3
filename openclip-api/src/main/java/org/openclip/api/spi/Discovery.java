package org.openclip.api.spi;

import java.util.Iterator;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Consumer;

/**
 * Goes through the services that jars bring, and passes over those that cannot be loaded: one jar
 * that is broken, or made for another Java, must not take what the others bring with it.
 */
public final class Discovery {
  /** A search that fails this often without finding anything fails for ever. */
  private static final int MOST_FAILURES = 100;

  private Discovery() {}

  /**
   * Goes through what a service loader finds.
   *
   * @param services iterated by one thread only
   * @param found told of each; where it throws, that one is broken
   * @param broken told why one cannot be used
   */
  public static <T> void each(
      ServiceLoader<T> services, Consumer<? super T> found, Consumer<? super Throwable> broken) {
    Iterator<T> iterator = services.iterator();
    int failures = 0;
    while (failures < MOST_FAILURES) {
      try {
        if (!iterator.hasNext()) {
          return;
        }
        found.accept(iterator.next());
        failures = 0;
      } catch (ServiceConfigurationError | LinkageError | RuntimeException e) {
        failures++;
        broken.accept(e);
      }
    }
  }
}
