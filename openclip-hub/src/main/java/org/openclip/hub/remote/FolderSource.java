package org.openclip.hub.remote;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.spi.FetchOptions;
import org.openclip.api.spi.ModelSource;

/**
 * A model folder in the local file system, whose files are read in place.
 *
 * @param folder the folder
 * @param chosen the file that the location named; empty when it named the folder
 */
public record FolderSource(Path folder, Optional<String> chosen) implements ModelSource {
  /**
   * Returns the source of a folder, or of the folder of a file, which is the chosen one then. Where
   * the file system is another than this machine's own, files are copied here before they are read.
   *
   * @throws InvalidInputException when there is neither
   */
  public static ModelSource of(Path path, FetchOptions options) {
    if (!path.getFileSystem().equals(FileSystems.getDefault())) {
      return ForeignFolder.of(() -> new OpenPath(path, () -> {}), options);
    }
    if (Files.isDirectory(path)) {
      return new FolderSource(path, Optional.empty());
    }
    if (!Files.isRegularFile(path)) {
      throw new InvalidInputException(
          "there is no folder " + path + "; a model folder with open_clip_config.json is expected");
    }
    // A bare name has no parent; its sibling of no name is the folder that it lies in.
    Path folder = path.getParent() == null ? path.resolveSibling("") : path.getParent();
    return new FolderSource(folder, Optional.of(String.valueOf(path.getFileName())));
  }

  /**
   * Returns the source of the folder that a URI names, or of the folder of a file, in whatever file
   * system; empty when none has its scheme. A zip file is opened for each use, and not kept open.
   *
   * @throws InvalidInputException when there is neither
   */
  public static Optional<ModelSource> of(String uri, FetchOptions options) {
    return ForeignPaths.open(uri).map(first -> of(uri, first, options));
  }

  private static ModelSource of(String uri, OpenPath first, FetchOptions options) {
    try (first) {
      if (first.path().getFileSystem().equals(FileSystems.getDefault())) {
        return of(first.path(), options);
      }
    } catch (IOException e) {
      throw new InvalidInputException("'" + uri + "' cannot be opened: " + e.getMessage(), e);
    }
    return ForeignFolder.of(
        () -> ForeignPaths.open(uri).orElseThrow(() -> new FileNotFoundException(uri)), options);
  }

  @Override
  public List<String> names() {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(path -> String.valueOf(path.getFileName()))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new InvalidFileException(folder.toString(), -1, "cannot be listed: " + e, e);
    }
  }

  @Override
  public Path fetch(String name) {
    return folder.resolve(name);
  }

  @Override
  public String toString() {
    return folder.toString();
  }
}
