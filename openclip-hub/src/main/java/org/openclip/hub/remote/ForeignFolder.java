package org.openclip.hub.remote;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
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
  private final Path folder;
  private final Optional<String> chosen;
  private final RemoteCache cache;
  private final FetchOptions options;
  private final boolean offline;
  private @Nullable Path aside;

  private ForeignFolder(
      Path folder, Optional<String> chosen, RemoteCache cache, FetchOptions options) {
    this.folder = folder;
    this.chosen = chosen;
    this.cache = cache;
    this.options = options;
    this.offline = offline(folder, options);
  }

  /** Zip files lie on this machine, whatever file system shows what is in them. */
  private static boolean offline(Path path, FetchOptions options) {
    return Variables.offline(options) && !zipped(path);
  }

  private static boolean zipped(Path path) {
    return path.getFileSystem().provider().getScheme().equals("jar");
  }

  /**
   * Returns the source of a folder, or of the folder of a file.
   *
   * @throws InvalidInputException when there is neither
   * @throws FetchException when the file system does not tell
   */
  static ForeignFolder of(Path path, FetchOptions options) {
    Path parent = path.toAbsolutePath().getParent();
    String name = String.valueOf(path.getFileName()).replaceAll("/$", "");
    if (parent != null && !path.toString().endsWith("/")) {
      RemoteCache copies = cache(parent, options);
      boolean file =
          offline(path, options)
              ? copies.names().contains(name)
              : attempt(path, () -> Files.isRegularFile(path));
      if (file) {
        return new ForeignFolder(parent, Optional.of(name), copies, options);
      }
    }
    ForeignFolder folder = new ForeignFolder(path, Optional.empty(), cache(path, options), options);
    // Where there are no folders but only names with slashes, a folder is what holds files.
    if (folder.names().isEmpty()) {
      throw new InvalidInputException(
          "there is nothing at "
              + path.toUri()
              + (folder.offline ? " that was copied before" : "")
              + "; a checkpoint or a model folder is expected");
    }
    return folder;
  }

  private static RemoteCache cache(Path folder, FetchOptions options) {
    return RemoteCache.of(folder.toUri().toString().replaceAll("/+$", ""), options);
  }

  /** Runs what may fail in many ways, for every file system has its own. */
  private static <T> T attempt(Path path, Callable<T> action) {
    try {
      return action.call();
    } catch (OpenClipException | InterruptedCallException e) {
      throw e;
    } catch (Exception e) {
      InterruptedCallException.check("fetching " + path.toUri(), e);
      // Each file system has its own word for it.
      InterruptedCallException.check("fetching " + path.toUri());
      String message = e.getMessage() == null ? e.toString() : e.getMessage();
      throw new FetchException(path.toUri().toString(), 0, "cannot be fetched: " + message, e);
    }
  }

  @Override
  public List<String> names() {
    return offline ? cache.names() : attempt(folder, () -> list(folder));
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
    } catch (java.nio.file.NoSuchFileException | java.nio.file.NotDirectoryException e) {
      return List.of();
    }
  }

  @Override
  public Optional<String> chosen() {
    return chosen;
  }

  @Override
  public Path fetch(String name) {
    if (offline) {
      return cache.offline(name, toString());
    }
    Path path = folder.resolve(name);
    return attempt(
        path,
        () -> {
          BasicFileAttributes facts = Files.readAttributes(path, BasicFileAttributes.class);
          String version = facts.size() + " " + facts.lastModifiedTime() + " " + facts.fileKey();
          if (zipped(path)) {
            // Builds that can be repeated give all files of a jar one time.
            version += " " + Files.getAttribute(path, "zip:crc");
          }
          String found = version;
          try {
            return cache.keep(
                name, found, (part, target) -> copy(path, name, facts.size(), part, target));
          } catch (IOException e) {
            InterruptedCallException.check("fetching " + path.toUri(), e);
            if (!zipped(path)) {
              throw e;
            }
            // What comes in a jar must run where nothing can be kept, too.
            return copyAside(path, name);
          }
        });
  }

  /** Copies a file for this process alone. */
  private synchronized Path copyAside(Path from, String name) throws IOException {
    if (aside == null) {
      aside = Files.createTempDirectory("openclip-");
      aside.toFile().deleteOnExit();
    }
    Path file = aside.resolve(name);
    if (!Files.exists(file)) {
      Files.copy(from, file);
      file.toFile().deleteOnExit();
    }
    return file;
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
          if (!zipped(from)) {
            options.listener().progress(name, done, size);
          }
        }
      }
      if (done != size) {
        throw new IOException("only " + done + " of " + size + " bytes have come");
      }
      Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  @Override
  public String toString() {
    return folder.toUri().toString().replaceAll("/+$", "");
  }
}
