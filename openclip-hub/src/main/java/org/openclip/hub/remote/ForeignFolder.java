package org.openclip.hub.remote;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openclip.api.FetchException;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.spi.FetchOptions;
import org.openclip.api.spi.ModelSource;
import org.openclip.hub.io.Variables;

/**
 * A folder of a file system that a jar brings, such as an object store. Its files are copied to
 * this machine before they are read, for only here can they be mapped, and copied again when they
 * have changed.
 */
final class ForeignFolder implements ModelSource {
  private final Way way;
  private final String location;
  private final boolean zipped;
  private final Optional<String> chosen;
  private final @Nullable RemoteCache cache;
  private final FetchOptions options;
  private final boolean offline;
  private @Nullable Path aside;

  /** The way to a path, which is gone again for each use. */
  interface Way {
    /**
     * Opens the path; the caller closes it.
     *
     * @throws IOException when it cannot be opened
     */
    OpenPath open() throws IOException;
  }

  /** What is done with an open path. */
  private interface Use<T> {
    T of(Path path) throws IOException;
  }

  private ForeignFolder(Way way, Path folder, Optional<String> chosen, FetchOptions options) {
    this.way = way;
    this.location = folder.toUri().toString().replaceAll("/+$", "");
    this.zipped = zipped(folder);
    this.chosen = chosen;
    this.cache = cache(location, zipped, options);
    this.options = options;
    this.offline = offline(zipped, options);
  }

  /** Zip files lie on this machine, whatever file system shows what is in them. */
  private static boolean offline(boolean zipped, FetchOptions options) {
    return Variables.offline(options) && !zipped;
  }

  private static boolean zipped(Path path) {
    return path.getFileSystem().provider().getScheme().equals(ZipPaths.SCHEME);
  }

  /** Returns the cache; null where there is no folder for it, and none is needed. */
  private static @Nullable RemoteCache cache(
      String location, boolean zipped, FetchOptions options) {
    try {
      return RemoteCache.of(location, options);
    } catch (OpenClipException e) {
      if (zipped) {
        return null;
      }
      throw e;
    }
  }

  /**
   * Returns the source of a folder, or of the folder of a file.
   *
   * @throws InvalidInputException when there is neither
   * @throws FetchException when the file system does not tell
   */
  static ForeignFolder of(Way way, FetchOptions options) {
    return use(way, "the file system", path -> of(way, path, options));
  }

  private static ForeignFolder of(Way way, Path path, FetchOptions options) {
    Path parent = path.toAbsolutePath().getParent();
    String name = String.valueOf(path.getFileName()).replaceAll("/$", "");
    if (parent != null && !path.toString().endsWith("/")) {
      ForeignFolder beside = new ForeignFolder(way, parent, Optional.of(name), options);
      boolean file =
          beside.offline ? beside.kept().contains(name) : attempt(path, Files::isRegularFile);
      if (file) {
        return beside;
      }
    }
    ForeignFolder folder = new ForeignFolder(way, path, Optional.empty(), options);
    // Where there are no folders but only names with slashes, a folder is what holds files.
    if (folder.offline ? folder.kept().isEmpty() : attempt(path, ForeignFolder::list).isEmpty()) {
      throw new InvalidInputException(
          "there is no file or folder at "
              + path.toUri()
              + (folder.offline ? " in the cache" : "")
              + "; a checkpoint or a model folder is expected");
    }
    return folder;
  }

  private static <T> T attempt(Path path, Use<T> use) {
    return use(() -> new OpenPath(path, () -> {}), path.toUri().toString(), use);
  }

  /** Does what may fail in many ways, for every file system has its own. */
  private static <T> T use(Way way, String location, Use<T> use) {
    try (OpenPath open = way.open()) {
      return use.of(open.path());
    } catch (OpenClipException | InterruptedCallException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      InterruptedCallException.check("fetching " + location, e);
      // Each file system has its own word for it.
      InterruptedCallException.check("fetching " + location);
      String message = e.getMessage() == null ? e.toString() : e.getMessage();
      throw new FetchException(location, 0, "cannot be downloaded: " + message, e);
    }
  }

  /**
   * Returns the folder of an open path, which is the path itself unless that is the file chosen.
   */
  private Path folder(Path open) {
    Path parent = chosen.isEmpty() ? open : open.toAbsolutePath().getParent();
    return parent == null ? open : parent;
  }

  private List<String> kept() {
    return cache == null ? List.of() : cache.names();
  }

  @Override
  public List<String> names() {
    return offline ? kept() : use(way, location, path -> list(folder(path)));
  }

  private static List<String> list(Path folder) throws IOException {
    if (!Files.isDirectory(folder) && Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(path -> String.valueOf(path.getFileName()))
          .sorted()
          .toList();
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    }
  }

  @Override
  public Optional<String> chosen() {
    return chosen;
  }

  @Override
  public Path fetch(String name) {
    return offline && cache != null
        ? cache.offline(name, toString())
        : use(way, location + "/" + name, path -> fetch(folder(path).resolve(name), name));
  }

  private Path fetch(Path path, String name) throws IOException {
    BasicFileAttributes facts = Files.readAttributes(path, BasicFileAttributes.class);
    if (cache == null) {
      return copyAside(path, name, null);
    }
    String version = facts.size() + " " + facts.lastModifiedTime() + " " + facts.fileKey();
    if (zipped) {
      // Builds that can be repeated give all files of a jar one time.
      version += " " + Files.getAttribute(path, "zip:crc");
    }
    try {
      return cache.keep(
          name, version, (part, target) -> copy(path, name, facts.size(), part, target));
    } catch (IOException e) {
      InterruptedCallException.check("fetching " + path.toUri(), e);
      if (!zipped) {
        throw e;
      }
      // What comes in a jar must run where nothing can be kept, too.
      return copyAside(path, name, e);
    }
  }

  /** Copies a file for this process alone. */
  private synchronized Path copyAside(Path from, String name, @Nullable IOException unkept)
      throws IOException {
    try {
      if (aside == null) {
        aside = Files.createTempDirectory("openclip-");
        aside.toFile().deleteOnExit();
      }
      Path file = aside.resolve(name);
      if (!Files.exists(file)) {
        file.toFile().deleteOnExit();
        copy(from, name, Files.size(from), aside.resolve(name + ".part"), file);
      }
      return file;
    } catch (IOException e) {
      if (unkept != null) {
        e.addSuppressed(unkept);
      }
      throw unwritable(location, e);
    }
  }

  /** Returns the error of a copy that can be kept nowhere. */
  static FetchException unwritable(String location, IOException e) {
    return new FetchException(
        location,
        0,
        "cannot be copied to the cache or to the temporary folder (%s). Set a writable folder with --cache-dir, ModelBuilder.cacheFolder or OPENCLIP_CACHE"
            .formatted(e.getMessage()),
        e);
  }

  private void copy(Path from, String name, long size, Path part, Path target) throws IOException {
    long done = 0;
    try {
      try (InputStream in = Files.newInputStream(from);
          OutputStream out = Files.newOutputStream(part)) {
        byte[] buffer = new byte[1 << 20];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          out.write(buffer, 0, read);
          done += read;
          if (!zipped) {
            options.listener().progress(name, done, size);
          }
        }
      }
      if (done != size) {
        throw new IOException("only " + done + " of " + size + " bytes were received");
      }
      Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  @Override
  public String toString() {
    return location;
  }
}
