package org.openclip.hub.remote;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystemAlreadyExistsException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.spi.Discovery;

/**
 * Resolves paths of all installed {@code java.nio} file systems. A jar whose file system cannot be
 * loaded is passed over: the JDK's own list of them, once it has failed on one, fails for ever.
 */
public final class ForeignPaths {
  private ForeignPaths() {}

  /** What is done with the provider of a scheme. */
  private interface Use<T> {
    T of(URI uri, FileSystemProvider provider) throws IOException;
  }

  /** Returns the schemes that there are. */
  public static List<String> schemes() {
    SequencedSet<String> schemes = new LinkedHashSet<>();
    schemes.add(FileSystems.getDefault().provider().getScheme());
    search(provider -> schemes.add(provider.getScheme()));
    return List.copyOf(schemes);
  }

  /** Returns what else a scheme needs that nothing answers to. */
  public static String remedy(String scheme) {
    return scheme.equalsIgnoreCase(ZipPaths.SCHEME)
        ? "Zip files need the module jdk.zipfs: add it to the runtime image"
        : "Add the jar of a java.nio file system for this scheme to the class or module path";
  }

  /**
   * Returns the path that a URI names; empty when no file system has its scheme. Where it lies in a
   * zip file, it is of the file as it is now.
   *
   * @throws InvalidInputException when it is no path of its file system
   */
  public static Optional<Path> find(String uri) {
    return find(
        uri,
        (parsed, provider) ->
            isZip(provider) ? zip(parsed).path(provider) : path(parsed, provider));
  }

  /** Opens the path that a URI names for one use; empty when no file system has its scheme. */
  static Optional<OpenPath> open(String uri) {
    return find(
        uri,
        (parsed, provider) ->
            isZip(provider)
                ? zip(parsed).open(provider)
                : new OpenPath(path(parsed, provider), () -> {}));
  }

  private static <T> Optional<T> find(String text, Use<T> use) {
    FileSystemProvider provider = provider(text.substring(0, Math.max(0, text.indexOf(':'))));
    if (provider == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(use.of(URI.create(text), provider));
    } catch (IllegalArgumentException | IOException e) {
      throw new InvalidInputException(
          "'" + text + "' is not the path of a file or folder: " + e.getMessage(), e);
    }
  }

  private static @Nullable FileSystemProvider provider(String scheme) {
    List<FileSystemProvider> found = new ArrayList<>();
    Consumer<FileSystemProvider> take =
        provider -> {
          if (provider.getScheme().equalsIgnoreCase(scheme)) {
            found.add(provider);
          }
        };
    take.accept(FileSystems.getDefault().provider());
    if (found.isEmpty()) {
      // Those of the JDK are asked first, for no jar can break them.
      each(ServiceLoader.loadInstalled(FileSystemProvider.class), take);
    }
    if (found.isEmpty()) {
      search(take);
    }
    return found.isEmpty() ? null : found.get(0);
  }

  /** Goes through those of Java's own class path, of this thread's, and of OpenCLIP's. */
  private static void search(Consumer<FileSystemProvider> each) {
    SequencedSet<@Nullable ClassLoader> loaders = new LinkedHashSet<>();
    try {
      // These are the ones that know which file systems are open.
      FileSystemProvider.installedProviders().forEach(each);
    } catch (VirtualMachineError e) {
      throw e;
    } catch (Error e) {
      told(e);
      loaders.add(ClassLoader.getSystemClassLoader());
    }
    loaders.add(Thread.currentThread().getContextClassLoader());
    loaders.add(ForeignPaths.class.getClassLoader());
    loaders.forEach(loader -> each(ServiceLoader.load(FileSystemProvider.class, loader), each));
  }

  private static void each(
      ServiceLoader<FileSystemProvider> services, Consumer<FileSystemProvider> each) {
    Discovery.each(services, each, ForeignPaths::told);
  }

  private static void told(Throwable failure) {
    System.getLogger(ForeignPaths.class.getName())
        .log(System.Logger.Level.DEBUG, "a file system cannot be loaded", failure);
  }

  private static boolean isZip(FileSystemProvider provider) {
    return provider.getScheme().equals(ZipPaths.SCHEME);
  }

  private static ZipPaths zip(URI uri) {
    return ZipPaths.of(
        uri,
        outer ->
            find(outer)
                .orElseThrow(
                    () ->
                        new InvalidInputException(
                            "no installed file system supports the scheme of " + outer)));
  }

  private static Path path(URI uri, FileSystemProvider provider) throws IOException {
    try {
      return provider.getPath(uri);
    } catch (FileSystemNotFoundException e) {
      return opened(uri, provider, e);
    }
  }

  /** Opens a file system, such as that of a store, which stays open for the process. */
  private static Path opened(URI uri, FileSystemProvider provider, FileSystemNotFoundException e)
      throws IOException {
    try {
      provider.newFileSystem(uri, Map.of());
    } catch (FileSystemAlreadyExistsException raced) {
      e.addSuppressed(raced);
    }
    return provider.getPath(uri);
  }
}
