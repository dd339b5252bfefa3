package org.openclip.hub.remote;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.spi.FileSystemProvider;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;

/**
 * The paths in zip files, as {@code jar:file:/models.zip!/folder}. The JDK opens one file system
 * for a zip file and keeps it: whoever asks later is told what the file held then, though it may
 * have been replaced. So each use opens its own, or one that others opened for the file as it is.
 *
 * @param zip the zip file
 * @param inside the path in it
 */
record ZipPaths(Path zip, String inside) {
  /** What the JDK calls the scheme of zip files, whatever their names end with. */
  static final String SCHEME = "jar";

  private static final Map<Path, Lasting> LASTING = new ConcurrentHashMap<>();

  /** A file system, and of which file it is; the garbage collector closes it. */
  private record Lasting(Stamp stamp, FileSystem files) {}

  private record Stamp(long size, FileTime time, @Nullable Object key) {
    static Stamp of(Path file) throws IOException {
      BasicFileAttributes facts = Files.readAttributes(file, BasicFileAttributes.class);
      return new Stamp(facts.size(), facts.lastModifiedTime(), facts.fileKey());
    }
  }

  /**
   * Takes a URI apart.
   *
   * @param outer finds the path of the zip file's own URI
   * @throws InvalidInputException when it is none of a path in a zip file
   */
  static ZipPaths of(URI uri, Function<String, Path> outer) {
    String text = uri.getRawSchemeSpecificPart();
    int end = text.indexOf("!/");
    if (end < 0) {
      throw new InvalidInputException(
          "'" + uri + "' is not a path in a zip file; write it like jar:file:/models.zip!/folder");
    }
    String inside = URI.create("jar:" + text.substring(end + 1)).getSchemeSpecificPart();
    return new ZipPaths(outer.apply(text.substring(0, end)), inside);
  }

  /** Opens the zip file for one use. */
  OpenPath open(FileSystemProvider provider) throws IOException {
    FileSystem files = files(provider);
    return new OpenPath(files.getPath(inside), files);
  }

  /** Returns a path that stays good; two of one zip file are of one file system while it lasts. */
  Path path(FileSystemProvider provider) throws IOException {
    Path real = zip.toRealPath();
    Stamp stamp = Stamp.of(real);
    synchronized (LASTING) {
      Lasting lasting = LASTING.get(real);
      if (lasting == null || !lasting.stamp().equals(stamp)) {
        lasting = new Lasting(stamp, files(provider));
        LASTING.put(real, lasting);
      }
      return lasting.files().getPath(inside);
    }
  }

  private FileSystem files(FileSystemProvider provider) throws IOException {
    try {
      return provider.newFileSystem(zip, Map.of());
    } catch (UnsupportedOperationException e) {
      throw new IOException(zip + " is not a zip file", e);
    }
  }
}
