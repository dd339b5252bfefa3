package org.openclip.api;

/**
 * A model configuration that has an unknown key, a value of the wrong type, or one out of range.
 */
public class InvalidConfigException extends OpenClipException {
  private static final long serialVersionUID = 1L;

  private final String key;

  /**
   * Creates an exception about one key.
   *
   * @param key the key at fault with the path to it, such as {@code vision_cfg.width}
   * @param problem what is wrong with it and what is allowed
   */
  public InvalidConfigException(String key, String problem) {
    super("config key '" + key + "': " + problem);
    this.key = key;
  }

  /** Returns the key at fault with the path to it, such as {@code vision_cfg.width}. */
  public String key() {
    return key;
  }
}
