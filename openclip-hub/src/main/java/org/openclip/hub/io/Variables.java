package org.openclip.hub.io;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openclip.api.spi.FetchOptions;

/** Settings from outside: a system property, or an environment variable of the same name. */
public final class Variables {
  private static final Set<String> YES = Set.of("1", "ON", "YES", "TRUE");

  private Variables() {}

  /** Returns a setting; null when it is neither a property nor a variable, or blank. */
  public static @Nullable String get(String name) {
    String property = System.getProperty(name);
    String value = property == null ? System.getenv(name) : property;
    return value == null || value.isBlank() ? null : value.strip();
  }

  /** Returns whether a setting is 1, on, yes or true. */
  public static boolean flag(String name) {
    String value = get(name);
    return value != null && YES.contains(value.toUpperCase(Locale.ROOT));
  }

  /** Returns whether the network must not be used, as options or {@code HF_HUB_OFFLINE} say. */
  public static boolean offline(FetchOptions options) {
    return options.offline() || flag("HF_HUB_OFFLINE");
  }

  /** Returns the folder that a setting names, with {@code ~} for the home; else the other one. */
  public static Path folder(String name, Path otherwise) {
    String value = get(name);
    if (value == null) {
      return otherwise;
    }
    boolean home = value.equals("~") || value.startsWith("~/");
    return home ? home().resolve(value.substring(Math.min(2, value.length()))) : Path.of(value);
  }

  /** Returns the folder in which programs keep what can be fetched again. */
  public static Path caches() {
    return folder("XDG_CACHE_HOME", home().resolve(".cache"));
  }

  /** Returns the user's home. */
  public static Path home() {
    return Path.of(System.getProperty("user.home", "."));
  }
}
