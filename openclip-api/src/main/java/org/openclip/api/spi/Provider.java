package org.openclip.api.spi;

/**
 * What every plugin offers to the platform: a name and a factory. Providers are found by {@link
 * java.util.ServiceLoader}; their constructors do nothing, so that listing them is cheap.
 */
public interface Provider {
  /** Returns the name by which users and configurations choose this provider, in lower case. */
  String name();

  /** Returns the rank among providers when none is chosen by name; higher is preferred. */
  default int priority() {
    return 0;
  }
}
