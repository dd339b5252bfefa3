package org.openclip.hub.cli;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.openclip.api.InvalidInputException;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.io.Missing;
import org.openclip.hub.picture.PictureFolder;

/** Resolves arguments that name pictures or sounds: files, and folders with their subfolders. */
public final class PictureArguments {
  private PictureArguments() {}

  /**
   * Returns the files that are named and those in the folders that are named, sorted by path within
   * each. What is passed over in folders is counted on the error stream.
   *
   * @throws InvalidInputException when one does not exist, or a folder has no picture
   */
  public static List<Path> expand(List<String> names, Environment environment) {
    return expand(FileKind.IMAGE, names, environment);
  }

  /**
   * Returns the files of a kind that are named and those in the folders that are named, sorted by
   * path within each.
   *
   * @throws InvalidInputException when one does not exist or is of the other kind, or a folder has
   *     none
   */
  public static List<Path> expand(FileKind kind, List<String> names, Environment environment) {
    List<Path> files = new ArrayList<>();
    for (String name : names) {
      Path path = path(name);
      if (!Files.exists(path)) {
        throw Missing.file(path);
      }
      if (Files.isDirectory(path)) {
        files.addAll(inFolder(kind, path, environment));
      } else {
        files.add(checked(kind, path, environment));
      }
    }
    return files;
  }

  /** Returns a file, unless it ends as those of the other kind do. */
  static Path checked(FileKind kind, Path path, Environment environment) {
    String name = String.valueOf(path.getFileName());
    if (kind.other().matches(name, environment.plugins())
        && !kind.matches(name, environment.plugins())) {
      throw new InvalidInputException(
          kind == FileKind.IMAGE
              ? "%s is a sound, but the model encodes images; name a model of sounds with --model, such as CLAP-HTSAT-tiny-Roberta-base"
                  .formatted(path)
              : "%s is a picture, but the model encodes sounds; name a model of images with --model"
                  .formatted(path));
    }
    return path;
  }

  private static List<Path> inFolder(FileKind kind, Path path, Environment environment) {
    PictureFolder folder = PictureFolder.list(path, kind.endings(environment.plugins()));
    if (folder.pictures().isEmpty()) {
      throw new InvalidInputException(
          "folder %s contains no %s; their file names must end in %s"
              .formatted(path, kind.plural(), folder.knownEndings()));
    }
    folder.passedOver().ifPresent(line -> Notes.say(environment, line));
    environment.err().flush();
    return folder.pictures();
  }

  /** Returns whether a name ends as those of pictures do. */
  public static boolean looksLike(String name, PluginRegistry plugins) {
    return PictureFolder.endings(plugins).contains(PictureFolder.ending(name));
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
      throw new InvalidInputException("'" + name + "' is not a valid path: " + e.getMessage(), e);
    }
  }
}
