package org.openclip.hub.remote;

import java.io.IOException;
import java.net.ProtocolException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.openclip.api.FetchException;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.spi.FetchListener;
import org.openclip.hub.http.Backoff;
import org.openclip.hub.http.Checksum;
import org.openclip.hub.http.CorruptDownloadException;
import org.openclip.hub.http.Http;
import org.openclip.hub.http.Probe;
import org.openclip.hub.http.Proxies;
import org.openclip.hub.http.Relay;
import org.openclip.hub.http.StatusException;
import org.openclip.hub.http.StorageException;
import org.openclip.hub.io.Variables;

/** The files that web servers give to anybody. */
final class WebFiles {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Http http = Http.create(new Proxies(Variables::get), Backoff.DEFAULT, PATIENCE);
  private final FetchListener listener;

  WebFiles(FetchListener listener) {
    this.listener = listener;
  }

  /** Returns what the server says of a file; empty when there is none. */
  Optional<Probe> probe(URI uri) throws IOException {
    try {
      return Optional.of(Probe.of(http, request(uri)));
    } catch (StatusException e) {
      // Stores whose listing is private say 403 of what is not there.
      if (e.status() == 404 || e.status() == 403 || e.status() == 410) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Brings a file here; see {@link org.openclip.hub.http.Download#run}. */
  void download(URI uri, Checksum checksum, Path part, Path target) throws IOException {
    Probe probe =
        probe(uri)
            .orElseThrow(
                () ->
                    new FetchException(shown(uri), 404, "does not exist, or is not public", null));
    String path = uri.getPath();
    probe
        .download(http, request(uri), checksum)
        .run(
            part,
            target,
            new Relay(listener, path.substring(path.lastIndexOf('/') + 1), probe.size()));
  }

  /** Returns a request for a file, as it is. */
  static HttpRequest request(URI uri) {
    return HttpRequest.newBuilder(uri)
        .header("User-Agent", "openclip-jvm; java/" + Runtime.version().feature())
        .header("Accept-Encoding", "identity")
        .GET()
        .build();
  }

  /** Returns the error of a file that cannot be had or kept. */
  static FetchException failed(URI uri, Path folder, IOException e) {
    InterruptedCallException.check("fetching " + shown(uri), e);
    int status = e instanceof StatusException refusal ? refusal.status() : 0;
    return new FetchException(shown(uri), status, problem(uri, folder, e), e);
  }

  private static String problem(URI uri, Path folder, IOException e) {
    if (e instanceof StorageException || e instanceof FileSystemException) {
      return "cannot be stored in %s: %s. Free some space, or choose another folder with --cache-dir or ModelBuilder.cacheFolder"
          .formatted(folder, e.getMessage());
    }
    if (e instanceof StatusException refusal) {
      return refusal.status() == 401
          ? "requires a login; only public files and signed URLs are supported"
          : "cannot be downloaded: the server responds with status %s; try again later"
              .formatted(refusal.status());
    }
    if (e instanceof ProtocolException || e instanceof CorruptDownloadException) {
      return "cannot be fetched: " + e.getMessage();
    }
    return "cannot be downloaded: %s does not respond (%s). Check the address, the network and the proxy (HTTPS_PROXY); --offline uses earlier downloads"
        .formatted(uri.getAuthority(), Http.reason(e));
  }

  /** Returns a URI for messages: without its query, which may be as good as a password. */
  static String shown(URI uri) {
    return uri.toString().replaceAll("[?#].*", "");
  }
}
