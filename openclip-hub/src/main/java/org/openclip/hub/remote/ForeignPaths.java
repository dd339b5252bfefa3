package org.openclip.hub.remote;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystemAlreadyExistsException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.spi.FileSystemProvider;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.openclip.api.InvalidInputException;

/** The paths of every file system that a jar brings. */
public final class ForeignPaths {
  private ForeignPaths() {}

  /** Returns the schemes that there are. */
  public static List<String> schemes() {
    return providers().stream().map(FileSystemProvider::getScheme).distinct().toList();
  }

  /**
   * Returns the path that a URI names; empty when no file system has its scheme.
   *
   * @throws InvalidInputException when it is no path of its file system
   */
  public static Optional<Path> find(String uri) {
    String scheme = uri.substring(0, Math.max(0, uri.indexOf(':')));
    return providers().stream()
        .filter(provider -> provider.getScheme().equalsIgnoreCase(scheme))
        .findFirst()
        .map(provider -> path(uri, provider));
  }

  private static List<FileSystemProvider> providers() {
    // The installed ones are those of the class path that Java started with.
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    return Stream.concat(
            FileSystemProvider.installedProviders().stream(),
            ServiceLoader.load(FileSystemProvider.class, context).stream()
                .map(ServiceLoader.Provider::get))
        .toList();
  }

  private static Path path(String text, FileSystemProvider provider) {
    try {
      URI uri = URI.create(text);
      try {
        return provider.getPath(uri);
      } catch (FileSystemNotFoundException e) {
        return opened(uri, provider, e);
      }
    } catch (IllegalArgumentException | IOException e) {
      throw new InvalidInputException(
          "'" + text + "' is no path of a file or folder: " + e.getMessage(), e);
    }
  }

  /** Opens a file system, such as that of a zip file, which stays open for the process. */
  private static Path opened(URI uri, FileSystemProvider provider, FileSystemNotFoundException e)
      throws IOException {
    try {
      FileSystems.newFileSystem(uri, Map.of(), provider.getClass().getClassLoader());
    } catch (FileSystemAlreadyExistsException raced) {
      e.addSuppressed(raced);
    }
    return provider.getPath(uri);
  }
}
