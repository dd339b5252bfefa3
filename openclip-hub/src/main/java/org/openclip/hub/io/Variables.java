package org.openclip.hub.io;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;
import org.openclip.api.spi.FetchOptions;

/** Reads settings from a system property or an environment variable of the same name. */
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

  /**
   * Returns the folder that a setting names, with {@code ~} for the home; empty when it names none.
   *
   * @throws OpenClipException when it starts with {@code ~}, but the user has no home
   */
  public static Optional<Path> folder(String name) {
    String value = get(name);
    if (value == null) {
      return Optional.empty();
    }
    if (!value.equals("~") && !value.startsWith("~/")) {
      return Optional.of(Path.of(value));
    }
    Path home = home().orElseThrow(() -> homeless(name + " is '" + value + "', but "));
    return Optional.of(home.resolve(value.substring(Math.min(2, value.length()))));
  }

  /** Returns the folder in which programs keep what can be fetched again; empty without a home. */
  public static Optional<Path> caches() {
    return folder("XDG_CACHE_HOME").or(() -> home().map(home -> home.resolve(".cache")));
  }

  /**
   * Returns the user's home; empty where there is none. Java calls the home of a user that the
   * system does not know {@code ?}, which is no folder.
   */
  public static Optional<Path> home() {
    String home = System.getProperty("user.home", "").strip();
    return home.isEmpty() || home.equals("?") ? Optional.empty() : Optional.of(Path.of(home));
  }

  /** Returns the error of a cache that is needed where no folder can be found for it. */
  public static OpenClipException noCache(String variable) {
    return homeless("no cache folder is configured: " + variable + " is not set, and ");
  }

  private static OpenClipException homeless(String start) {
    return new OpenClipException(
        start
            + "the user has no home folder (user.home is '"
            + System.getProperty("user.home", "")
            + "'); set a folder with --cache-dir, ModelBuilder.cacheFolder or the variable"
            + " XDG_CACHE_HOME");
  }
}
