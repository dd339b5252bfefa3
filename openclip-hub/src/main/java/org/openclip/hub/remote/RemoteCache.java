package org.openclip.hub.remote;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.openclip.api.FetchException;
import org.openclip.api.OpenClipException;
import org.openclip.api.spi.FetchOptions;
import org.openclip.hub.io.ProcessLock;
import org.openclip.hub.io.Variables;

/**
 * The copies of one remote folder's files on this machine. Beside each stands the version of which
 * it is a copy, and a file is fetched again when the source has another.
 *
 * @param folder the folder of the copies
 */
record RemoteCache(Path folder) {
  /** What brings a file here. */
  interface Fetch {
    /**
     * Writes the whole file to a part and moves it to its target, where an older one may lie.
     *
     * @throws IOException when it cannot be had or kept
     */
    void run(Path part, Path target) throws IOException;
  }

  /**
   * Returns the cache of a folder, which is named by its URI.
   *
   * @throws OpenClipException when this machine has no folder for it
   */
  static RemoteCache of(String uri, FetchOptions options) {
    Path root =
        Optional.ofNullable(options.cacheFolder())
            .or(() -> Variables.folder("OPENCLIP_CACHE"))
            .or(() -> Variables.caches().map(caches -> caches.resolve("openclip")))
            .orElseThrow(() -> Variables.noCache("OPENCLIP_CACHE"));
    String readable = uri.replaceAll("^[^:]+:/*|/+$", "").replaceAll("[^A-Za-z0-9._-]+", "-");
    String end = readable.substring(Math.max(0, readable.length() - 60));
    return new RemoteCache(root.resolve("remote").resolve(end + "-" + hash(uri)));
  }

  private static String hash(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] sum = digest.digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(sum, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }

  /** Returns the names of the files that are here, in order. */
  List<String> names() {
    try (Stream<Path> files = Files.list(folder.resolve("files"))) {
      return files
          .map(path -> String.valueOf(path.getFileName()))
          .filter(name -> Files.isRegularFile(version(name)))
          .sorted()
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Returns the copy of a file, of whatever version. */
  Path offline(String name, String source) {
    return Optional.of(file(name))
        .filter(file -> Files.isRegularFile(file) && Files.isRegularFile(version(name)))
        .orElseThrow(
            () ->
                new FetchException(
                    source,
                    0,
                    "has no copy of %s in %s, and offline mode is on; download it once without offline mode"
                        .formatted(name, folder),
                    null));
  }

  /**
   * Returns the copy of a file at a version, fetched if that is not here.
   *
   * @throws IOException when it cannot be fetched, or this machine cannot keep it
   */
  Path keep(String name, String version, Fetch fetch) throws IOException {
    Path file = file(name);
    if (isHere(name, version)) {
      return file;
    }
    Files.createDirectories(file.getParent());
    Files.createDirectories(version(name).getParent());
    try (ProcessLock lock = ProcessLock.take(folder.resolve("locks").resolve(name + ".lock"))) {
      if (!isHere(name, version)) {
        Path part =
            lock.exclusive()
                ? folder.resolve(name + "." + hash(version) + ".incomplete")
                : Files.createTempFile(folder, name, ".incomplete");
        fetch.run(part, file);
        Path written = Files.writeString(folder.resolve(name + ".version"), version);
        Files.move(written, version(name), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    return file;
  }

  private boolean isHere(String name, String version) {
    try {
      return Files.isRegularFile(file(name)) && Files.readString(version(name)).equals(version);
    } catch (IOException e) {
      return false;
    }
  }

  private Path file(String name) {
    return folder.resolve("files").resolve(name);
  }

  private Path version(String name) {
    return folder.resolve("versions").resolve(name);
  }
}
