package org.openclip.hub.remote;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.UnknownNameException;
import org.openclip.hub.http.Backoff;
import org.openclip.hub.http.Http;
import org.openclip.hub.http.Proxies;
import org.openclip.hub.http.StatusException;
import org.openclip.hub.http.WebStream;
import org.openclip.hub.io.Variables;

/**
 * Opens files as streams: local files, {@code https:} URLs, and paths of installed {@code java.nio}
 * file systems, such as {@code s3:}. Nothing is copied first. Safe for many threads.
 */
public final class RemoteFiles {
  /** A scheme has two letters at least, for {@code C:} is a drive. */
  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*");

  private static final Pattern WEB = Pattern.compile("https?://.*", Pattern.CASE_INSENSITIVE);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Backoff backoff;
  private @Nullable Http http;

  /** Opens nothing yet. */
  public RemoteFiles() {
    this(Backoff.DEFAULT);
  }

  RemoteFiles(Backoff backoff) {
    this.backoff = backoff;
  }

  /** Returns whether a location is a URI, not a path of this machine. */
  public static boolean hasScheme(String location) {
    return SCHEME.matcher(location).matches();
  }

  /** Returns whether a location is that of a web server. */
  public static boolean isWeb(String location) {
    return WEB.matcher(location).matches();
  }

  /**
   * Returns the path of a location that is not behind {@code https:}.
   *
   * @throws UnknownNameException when no file system has the scheme
   * @throws InvalidInputException when it is no path
   */
  public static Path path(String location) {
    if (!hasScheme(location)) {
      try {
        return Path.of(location);
      } catch (InvalidPathException e) {
        throw new InvalidInputException(
            "'" + location + "' is not a valid path: " + e.getMessage(), e);
      }
    }
    if (isWeb(location)) {
      throw new InvalidInputException(
          location + " is on a web server, which has no folders and is read-only");
    }
    return ForeignPaths.find(location).orElseThrow(() -> unknown(location));
  }

  /**
   * Opens a file; the caller closes it.
   *
   * @throws NoSuchFileException when there is none
   * @throws IOException when it cannot be read
   */
  public InputStream open(String location) throws IOException {
    if (!isWeb(location)) {
      return Files.newInputStream(path(location));
    }
    URI uri;
    try {
      uri = URI.create(location);
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(
          "'" + location + "' is not a valid URL: " + e.getMessage(), e);
    }
    try {
      return new WebStream(http(), WebFiles.request(uri), backoff, PATIENCE);
    } catch (StatusException e) {
      if (e.status() == 404 || e.status() == 410) {
        throw new NoSuchFileException(WebFiles.shown(uri), null, e.getMessage());
      }
      throw e;
    }
  }

  private static UnknownNameException unknown(String location) {
    String scheme = location.substring(0, location.indexOf(':'));
    return new UnknownNameException(
        "scheme", scheme, ForeignPaths.schemes(), ForeignPaths.remedy(scheme));
  }

  /**
   * Reads a file whole.
   *
   * @throws NoSuchFileException when there is none
   * @throws IOException when it cannot be read
   */
  public byte[] read(String location) throws IOException {
    try (InputStream stream = open(location)) {
      return stream.readAllBytes();
    }
  }

  private synchronized Http http() {
    Http client = http;
    if (client == null) {
      client = Http.create(new Proxies(Variables::get), backoff, PATIENCE);
      http = client;
    }
    return client;
  }

  /** Returns the location of a file that lies beside another. */
  public static String beside(String location, String name) {
    int query = isWeb(location) ? location.indexOf('?') : -1;
    String bare = query < 0 ? location : location.substring(0, query);
    int slash = Math.max(bare.lastIndexOf('/'), hasScheme(bare) ? -1 : bare.lastIndexOf('\\'));
    return bare.substring(0, slash + 1) + name + (query < 0 ? "" : location.substring(query));
  }
}
