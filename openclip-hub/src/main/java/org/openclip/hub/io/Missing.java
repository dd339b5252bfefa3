package org.openclip.hub.io;

import java.nio.file.Files;
import java.nio.file.Path;
import org.openclip.api.InvalidInputException;

/** Builds error messages for missing files. */
public final class Missing {
  private Missing() {}

  /** Returns the exception that names a missing file and where it was looked for. */
  public static InvalidInputException file(Path file) {
    Path folder = file.toAbsolutePath().normalize().getParent();
    String where = file.isAbsolute() || folder == null ? "" : " in " + folder;
    String remedy =
        folder == null || Files.isDirectory(folder)
            ? "check its name"
            : "the folder " + folder + " does not exist either; check the path";
    return new InvalidInputException("there is no file " + file + where + "; " + remedy);
  }
}
