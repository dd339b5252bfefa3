package org.openclip.hub.remote;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.openclip.api.FetchException;
import org.openclip.api.spi.FetchOptions;
import org.openclip.api.spi.ModelSource;
import org.openclip.hub.http.Checksum;
import org.openclip.hub.io.ProcessLock;
import org.openclip.hub.io.Variables;

/**
 * A file behind a URL that says what its bytes add up to. It is kept as the reference keeps such
 * files, by its name in {@code ~/.cache/clip}, and the server is asked only when the file there has
 * another checksum.
 */
final class ChecksummedUrl implements ModelSource {
  private final URI uri;
  private final String file;
  private final Checksum checksum;
  private final Path folder;
  private final boolean offline;
  private final WebFiles web;

  ChecksummedUrl(URI uri, Checksum checksum, FetchOptions options) {
    this.uri = uri;
    this.file = uri.getPath().substring(uri.getPath().lastIndexOf('/') + 1);
    this.checksum = checksum;
    Path chosen = options.cacheFolder();
    this.folder =
        chosen == null
            ? Variables.home()
                .map(home -> home.resolve(".cache"))
                .or(Variables::caches)
                .orElseThrow(() -> Variables.noCache("XDG_CACHE_HOME"))
                .resolve("clip")
            : chosen;
    this.offline = Variables.offline(options);
    this.web = new WebFiles(options.listener());
  }

  @Override
  public Optional<String> chosen() {
    return Optional.of(file);
  }

  @Override
  public List<String> names() {
    return List.of(file);
  }

  @Override
  public Path fetch(String name) {
    Path target = folder.resolve(file);
    try {
      if (isHere(target)) {
        return target;
      }
      if (offline) {
        throw new FetchException(
            toString(),
            0,
            "is not in %s, and offline mode is on; download it once without offline mode"
                .formatted(folder),
            null);
      }
      try (ProcessLock lock = ProcessLock.take(folder.resolve("." + file + ".lock"))) {
        if (!isHere(target)) {
          Path part =
              lock.exclusive()
                  ? folder.resolve(file + ".openclip.incomplete")
                  : Files.createTempFile(folder, file, ".incomplete");
          web.download(uri, checksum, part, target);
        }
      }
      return target;
    } catch (IOException e) {
      throw WebFiles.failed(uri, folder, e);
    }
  }

  private boolean isHere(Path target) throws IOException {
    return Files.isRegularFile(target) && checksum.problem(target).isEmpty();
  }

  @Override
  public String toString() {
    return WebFiles.shown(uri);
  }
}
