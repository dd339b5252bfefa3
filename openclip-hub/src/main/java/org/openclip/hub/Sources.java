package org.openclip.hub;

import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.openclip.api.InvalidInputException;
import org.openclip.api.UnknownNameException;
import org.openclip.api.spi.FetchOptions;
import org.openclip.api.spi.ModelSource;
import org.openclip.api.spi.ModelSourceProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.spi.Provider;
import org.openclip.hub.remote.FolderSource;

/**
 * Where a scheme leads: to the plugin of that name, else to the {@code java.nio} file system of
 * that name, so that {@code s3:} works as soon as its jar is there.
 */
final class Sources {
  /** A scheme has two letters at least, for {@code C:} is a drive. */
  private static final Pattern SCHEME = Pattern.compile("([a-z][a-z0-9+.-]+):(.*)", Pattern.DOTALL);

  private Sources() {}

  /** Returns whether a text begins with a scheme. */
  static boolean hasScheme(String text) {
    return SCHEME.matcher(text).matches();
  }

  /**
   * Returns the source that a text with a scheme names.
   *
   * @throws UnknownNameException when nothing knows the scheme
   * @throws InvalidInputException when the place does not exist
   */
  static ModelSource open(String text, PluginRegistry plugins, FetchOptions options) {
    Matcher matcher = SCHEME.matcher(text);
    if (!matcher.matches()) {
      throw new InvalidInputException("'" + text + "' has no scheme");
    }
    String scheme = matcher.group(1);
    List<ModelSourceProvider> sources = plugins.all(ModelSourceProvider.class);
    for (ModelSourceProvider source : sources) {
      if (source.name().equals(scheme)) {
        return source.open(matcher.group(2), options);
      }
    }
    for (FileSystemProvider provider : fileSystems()) {
      if (provider.getScheme().equalsIgnoreCase(scheme)) {
        return FolderSource.of(path(text, provider), options);
      }
    }
    List<String> known = new ArrayList<>(sources.stream().map(Provider::name).toList());
    fileSystems().forEach(provider -> known.add(provider.getScheme()));
    throw new UnknownNameException(
        "scheme",
        scheme,
        known.stream().distinct().toList(),
        "Add the jar of a java.nio file system for it to the class or module path");
  }

  private static List<FileSystemProvider> fileSystems() {
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
    } catch (IllegalArgumentException | java.io.IOException e) {
      throw new InvalidInputException(
          "'" + text + "' is no path of a model folder or checkpoint: " + e.getMessage(), e);
    }
  }

  /** Opens a file system, such as that of a zip file, which stays open for the process. */
  private static Path opened(URI uri, FileSystemProvider provider, FileSystemNotFoundException e)
      throws java.io.IOException {
    try {
      FileSystems.newFileSystem(uri, Map.of(), provider.getClass().getClassLoader());
    } catch (java.nio.file.FileSystemAlreadyExistsException raced) {
      e.addSuppressed(raced);
    }
    return provider.getPath(uri);
  }

  /** Returns the file or folder of a path on this machine; empty when there is none. */
  static Optional<ModelSource> local(String text, FetchOptions options) {
    try {
      Path path = Path.of(text);
      return Files.exists(path) ? Optional.of(FolderSource.of(path, options)) : Optional.empty();
    } catch (InvalidPathException e) {
      throw new InvalidInputException("'" + text + "' is no path: " + e.getMessage(), e);
    }
  }
}
