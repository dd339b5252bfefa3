package org.openclip.hub.testkit;

import java.nio.file.Path;
import java.util.Objects;

/** The files of the project whose tests run. */
public final class Project {
  private static final Path ROOT =
      Path.of(
          Objects.requireNonNull(
              System.getProperty("openclip.project"), "set -Dopenclip.project=FOLDER"));

  private Project() {}

  /** Returns a path below the root of the project. */
  public static Path path(String name) {
    return ROOT.resolve(name);
  }
}
