package org.openclip.hub.remote;

import java.net.URI;
import java.util.Locale;
import org.openclip.api.InvalidInputException;
import org.openclip.api.spi.FetchOptions;
import org.openclip.api.spi.ModelSource;
import org.openclip.api.spi.ModelSourceProvider;
import org.openclip.hub.http.Checksum;

/**
 * Brings the scheme {@code https:}, behind which stands the URL of a checkpoint, with {@code
 * #sha256=} and its checksum if that is known, or of a model folder, with a slash at its end.
 */
public final class HttpsSourceProvider implements ModelSourceProvider {
  private static final String SUM = "sha256=";

  /** Creates the provider. */
  public HttpsSourceProvider() {}

  @Override
  public String name() {
    return "https";
  }

  @Override
  public ModelSource open(String location, FetchOptions options) {
    return source("https:" + location, options);
  }

  /** Returns the source of a whole URL. */
  static ModelSource source(String url, FetchOptions options) {
    URI uri;
    try {
      uri = URI.create(url);
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException("'" + url + "' is no URL: " + e.getMessage(), e);
    }
    if (uri.getHost() == null || uri.getPath() == null || !uri.getPath().startsWith("/")) {
      throw new InvalidInputException(
          "'" + url + "' is no URL of a file, nor of a folder with a slash at its end");
    }
    String fragment = uri.getFragment();
    if (fragment == null) {
      return new UrlSource(uri, options);
    }
    String digits = fragment.toLowerCase(Locale.ROOT);
    if (!digits.matches(SUM + "[0-9a-f]{8,64}") || uri.getPath().endsWith("/")) {
      throw new InvalidInputException(
          "'#%s' is no checksum; write #sha256= and its first 8 digits or more behind a file's URL"
              .formatted(fragment));
    }
    URI bare = URI.create(url.substring(0, url.indexOf('#')));
    return new ChecksummedUrl(
        bare, new Checksum(Checksum.Kind.SHA_256, digits.substring(SUM.length())), options);
  }
}
