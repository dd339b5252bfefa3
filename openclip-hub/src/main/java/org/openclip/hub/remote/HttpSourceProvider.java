package org.openclip.hub.remote;

import org.openclip.api.spi.FetchOptions;
import org.openclip.api.spi.ModelSource;
import org.openclip.api.spi.ModelSourceProvider;

/**
 * Provides the scheme {@code http:}, which is that of {@link HttpsSourceProvider} without
 * encryption.
 */
public final class HttpSourceProvider implements ModelSourceProvider {
  /** Creates the provider. */
  public HttpSourceProvider() {}

  @Override
  public String name() {
    return "http";
  }

  @Override
  public ModelSource open(String location, FetchOptions options) {
    return HttpsSourceProvider.source("http:" + location, options);
  }
}
