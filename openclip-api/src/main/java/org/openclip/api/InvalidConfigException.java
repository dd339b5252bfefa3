package org.openclip.api;

/**
 * Thrown when a model configuration has an unknown key, a value of the wrong type, or a value out
 * of range.
 */
public class InvalidConfigException extends OpenClipException {
  private static final long serialVersionUID = 1L;

  private final String key;

  /**
   * Creates an exception about one key of the configuration.
   *
   * @param key the invalid key with its path, such as {@code vision_cfg.width}
   * @param problem what is wrong with it and what is allowed
   */
  public InvalidConfigException(String key, String problem) {
    super("config key '" + key + "': " + problem);
    this.key = key;
  }

  /** Returns the invalid key with its path, such as {@code vision_cfg.width}. */
  public String key() {
    return key;
  }
}
