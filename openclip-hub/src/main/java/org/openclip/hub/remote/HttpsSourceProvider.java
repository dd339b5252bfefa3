package org.openclip.hub.remote;

import java.net.URI;
import java.util.Locale;
import org.openclip.api.InvalidInputException;
import org.openclip.api.spi.FetchOptions;
import org.openclip.api.spi.ModelSource;
import org.openclip.api.spi.ModelSourceProvider;
import org.openclip.hub.http.Checksum;

/**
 * Provides the scheme {@code https:} for the URL of a checkpoint, optionally with its checksum as
 * {@code #sha256=}, or of a model folder, which ends with a slash.
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
      throw new InvalidInputException("'" + url + "' is not a valid URL: " + e.getMessage(), e);
    }
    if (uri.getHost() == null || uri.getPath() == null || !uri.getPath().startsWith("/")) {
      throw new InvalidInputException(
          "'"
              + url
              + "' is neither the URL of a file nor that of a folder, which ends with a slash");
    }
    String fragment = uri.getFragment();
    if (fragment == null) {
      return new UrlSource(uri, options);
    }
    String digits = fragment.toLowerCase(Locale.ROOT);
    if (!digits.matches(SUM + "[0-9a-f]{8,64}") || uri.getPath().endsWith("/")) {
      throw new InvalidInputException(
          "'#%s' is not a checksum; append #sha256= and at least the first 8 digits to the URL of a file"
              .formatted(fragment));
    }
    URI bare = URI.create(url.substring(0, url.indexOf('#')));
    return new ChecksummedUrl(
        bare, new Checksum(Checksum.Kind.SHA_256, digits.substring(SUM.length())), options);
  }
}
