package org.openclip.api.spi;

/**
 * The base interface of plugins: a name and a factory. {@link java.util.ServiceLoader} finds
 * providers. Their constructors do nothing, so that listing them is cheap.
 */
public interface Provider {
  /** Returns the name by which users and configurations choose this provider, in lower case. */
  String name();

  /**
   * Returns the priority of the provider if none is chosen by name; a higher number is preferred.
   */
  default int priority() {
    return 0;
  }
}
