package org.openclip.hub.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.openclip.api.InvalidInputException;
import org.openclip.hub.io.Missing;

/** Pictures as users name them: files, and folders for all pictures below them. */
public final class PictureArguments {
  private static final Set<String> ENDINGS =
      Set.of("jpg", "jpeg", "jpe", "png", "gif", "bmp", "tif", "tiff", "webp");

  private PictureArguments() {}

  /**
   * Returns the files that are named and those in the folders that are named, sorted by path within
   * each.
   *
   * @throws InvalidInputException when one does not exist, or a folder has no picture
   */
  public static List<Path> expand(List<String> names) {
    List<Path> files = new ArrayList<>();
    for (String name : names) {
      Path path = path(name);
      if (!Files.exists(path)) {
        throw Missing.file(path);
      }
      if (Files.isDirectory(path)) {
        files.addAll(inFolder(path));
      } else {
        files.add(path);
      }
    }
    return files;
  }

  private static List<Path> inFolder(Path folder) {
    List<Path> found;
    try (Stream<Path> files = Files.walk(folder)) {
      found =
          files.filter(f -> looksLike(f.toString()) && Files.isRegularFile(f)).sorted().toList();
    } catch (IOException e) {
      throw new InvalidInputException("folder " + folder + " cannot be read: " + e, e);
    }
    if (found.isEmpty()) {
      throw new InvalidInputException(
          "folder %s has no picture; looked for files that end in %s"
              .formatted(folder, String.join(", ", ENDINGS.stream().sorted().toList())));
    }
    return found;
  }

  /** Returns whether a name ends as those of pictures do. */
  public static boolean looksLike(String name) {
    String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return name.contains(".") && ENDINGS.contains(ending);
  }

  /** Returns whether a text is the name of a file or folder that exists. */
  public static boolean exists(String name) {
    try {
      return Files.exists(Path.of(name));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /** Returns the path of a name. */
  public static Path path(String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw new InvalidInputException("'" + name + "' is no path: " + e.getMessage(), e);
    }
  }
}
