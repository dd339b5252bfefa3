package org.openclip.testkit;

import java.nio.file.Path;
import java.util.Objects;

/**
 * The project's own pictures, models and checkpoints, for tests that need one with known content.
 * Unlike goldens, whose folder {@code openclip.golden} chooses, they are always the same.
 */
public final class Fixtures {
  private Fixtures() {}

  /** Returns a path of the project's copy of the goldens, such as {@code checkpoints/vit}. */
  public static Path path(String name) {
    return project().resolve("openclip-api/src/test/golden").resolve(name);
  }

  /** Returns the project's folder. */
  public static Path project() {
    return Path.of(
        Objects.requireNonNull(
            System.getProperty("openclip.project"), "set -Dopenclip.project=FOLDER"));
  }
}
