package org.openclip.hub.remote;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.openclip.api.FetchException;
import org.openclip.api.spi.FetchOptions;
import org.openclip.api.spi.ModelSource;
import org.openclip.hub.http.Checksum;
import org.openclip.hub.http.Probe;
import org.openclip.hub.io.ModelFiles;
import org.openclip.hub.io.Variables;

/**
 * A file behind a URL, or, when the URL ends with a slash, a model folder. Files are copied to this
 * machine, and fetched again when the server has another version.
 */
final class UrlSource implements ModelSource {
  private final URI uri;
  private final String file;
  private final boolean offline;
  private final RemoteCache cache;
  private final WebFiles web;

  UrlSource(URI uri, FetchOptions options) {
    this.uri = uri;
    this.file = uri.getPath().substring(uri.getPath().lastIndexOf('/') + 1);
    this.offline = Variables.offline(options);
    this.cache = RemoteCache.of(uri.resolve(".").toString(), options);
    this.web = new WebFiles(options.listener());
  }

  @Override
  public Optional<String> chosen() {
    return Optional.of(file).filter(name -> !name.isEmpty());
  }

  /** Returns the file; of a folder, which servers do not list, those of a model's usual names. */
  @Override
  public List<String> names() {
    if (!file.isEmpty()) {
      return List.of(file);
    }
    if (offline) {
      return cache.names();
    }
    List<String> found = new ArrayList<>();
    for (String name : ModelFiles.USUAL) {
      if (probe(name).isPresent()) {
        found.add(name);
      }
    }
    found.sort(null);
    return found;
  }

  private Optional<Probe> probe(String name) {
    try {
      return web.probe(at(name));
    } catch (IOException e) {
      throw WebFiles.failed(at(name), cache.folder(), e);
    }
  }

  @Override
  public Path fetch(String name) {
    if (offline) {
      return cache.offline(name, toString());
    }
    String version =
        probe(name)
            .map(Probe::version)
            .orElseThrow(
                () ->
                    new FetchException(
                        WebFiles.shown(at(name)), 404, "does not exist, or is not public", null));
    try {
      return cache.keep(
          name, version, (part, target) -> web.download(at(name), Checksum.NONE, part, target));
    } catch (IOException e) {
      throw WebFiles.failed(at(name), cache.folder(), e);
    }
  }

  private URI at(String name) {
    return name.equals(file) ? uri : uri.resolve(name);
  }

  @Override
  public String toString() {
    return WebFiles.shown(uri);
  }
}
