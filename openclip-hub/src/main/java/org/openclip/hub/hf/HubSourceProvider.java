package org.openclip.hub.hf;

import org.openclip.api.spi.FetchOptions;
import org.openclip.api.spi.ModelSource;
import org.openclip.api.spi.ModelSourceProvider;

/** Brings the scheme {@code hf-hub:}, behind which stands a repository of the Hugging Face hub. */
public final class HubSourceProvider implements ModelSourceProvider {
  /** Creates the provider. */
  public HubSourceProvider() {}

  @Override
  public String name() {
    return "hf-hub";
  }

  @Override
  public ModelSource open(String location, FetchOptions options) {
    return new HubSource(HubLocation.parse(location), HubSettings.of(options), options);
  }
}
