package org.openclip.hub.remote;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.spi.FetchOptions;
import org.openclip.api.spi.ModelSource;

/**
 * A folder of some file system. Files of this machine's own are used where they lie; those of any
 * other are copied to this machine before they are read, for only here can they be mapped.
 */
public final class FolderSource implements ModelSource {
  private final Path folder;
  private final Optional<String> file;
  private final Optional<RemoteCache> cache;
  private final FetchOptions options;

  private FolderSource(
      Path folder, Optional<String> file, Optional<RemoteCache> cache, FetchOptions options) {
    this.folder = folder;
    this.file = file;
    this.cache = cache;
    this.options = options;
  }

  /**
   * Returns the source of a folder, or of the folder of a file, which is the chosen one then.
   *
   * @throws InvalidInputException when there is neither
   */
  public static FolderSource of(Path path, FetchOptions options) {
    boolean own = path.getFileSystem().equals(FileSystems.getDefault());
    boolean isFile = !path.toString().endsWith("/") && Files.isRegularFile(path);
    if (own && !isFile && !Files.isDirectory(path)) {
      throw new InvalidInputException(
          "there is no folder " + path + "; a model folder with open_clip_config.json is expected");
    }
    if (!isFile) {
      return new FolderSource(path, Optional.empty(), cache(path, options), options);
    }
    // A bare name has no parent; its sibling of no name is the folder that it lies in.
    Path folder = path.getParent() == null ? path.resolveSibling("") : path.getParent();
    String name = String.valueOf(path.getFileName());
    return new FolderSource(folder, Optional.of(name), cache(folder, options), options);
  }

  private static Optional<RemoteCache> cache(Path folder, FetchOptions options) {
    return folder.getFileSystem().equals(FileSystems.getDefault())
        ? Optional.empty()
        : Optional.of(RemoteCache.of(folder.toUri().toString(), options));
  }

  @Override
  public List<String> names() {
    if (cache.isPresent() && options.offline()) {
      return cache.get().names();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(path -> String.valueOf(path.getFileName()))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new InvalidFileException(toString(), -1, "cannot be listed: " + e, e);
    }
  }

  @Override
  public Optional<String> chosen() {
    return file;
  }

  @Override
  public Path fetch(String name) {
    Path path = folder.resolve(name);
    if (cache.isEmpty()) {
      return path;
    }
    if (options.offline()) {
      return cache.get().offline(name, toString());
    }
    try {
      BasicFileAttributes facts = Files.readAttributes(path, BasicFileAttributes.class);
      String version = facts.size() + " " + facts.lastModifiedTime();
      return cache
          .get()
          .keep(name, version, (part, target) -> copy(path, name, facts.size(), part, target));
    } catch (IOException e) {
      throw new InvalidFileException(path.toUri().toString(), -1, "cannot be fetched: " + e, e);
    }
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
          options.listener().progress(name, done, size);
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

  /** Returns the folder, as a path on this machine and as a URI elsewhere. */
  @Override
  public String toString() {
    return cache.isEmpty() ? folder.toString() : folder.toUri().toString();
  }
}
