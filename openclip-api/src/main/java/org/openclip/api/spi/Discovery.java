package org.openclip.api.spi;

import java.util.Iterator;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Consumer;

/**
 * Iterates over the services of a service loader and skips those that cannot be loaded. A jar that
 * is broken, or made for another Java version, does not affect the services of other jars.
 */
public final class Discovery {
  /** A search that fails this often without finding anything fails for ever. */
  private static final int MOST_FAILURES = 100;

  private Discovery() {}

  /**
   * Iterates over the services of a service loader.
   *
   * @param services the service loader, which is used by one thread only
   * @param found receives each service; a service for which it throws counts as broken
   * @param broken receives the reason why a service cannot be used
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
