package org.openclip.hub.hf;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.openclip.api.FetchException;
import org.openclip.api.spi.FetchOptions;
import org.openclip.api.text.TokenizerFiles;

/** Files of tokenizers that a configuration calls by the name of their repository on the hub. */
public final class HubTokenizers implements TokenizerFiles {
  private static final System.Logger LOGGER = System.getLogger(HubTokenizers.class.getName());

  private final FetchOptions options;
  private final Map<String, HubSource> sources = new ConcurrentHashMap<>();

  /** Creates a finder that fetches as the options say. */
  public HubTokenizers(FetchOptions options) {
    this.options = options;
  }

  @Override
  public @Nullable Path find(String name, String file) {
    try {
      HubSource source = sources.computeIfAbsent(name, this::open);
      return source.names().contains(file) ? source.fetch(file) : null;
    } catch (FetchException e) {
      if (e.status() != 0) {
        throw e;
      }
      // Without a network it may still be had elsewhere; who needs it says what is missing.
      LOGGER.log(
          System.Logger.Level.DEBUG,
          "the tokenizer file {0} of {1} is not available: {2}",
          file,
          name,
          e);
      return null;
    }
  }

  private HubSource open(String name) {
    return new HubSource(HubLocation.parse(name), HubSettings.of(options), options);
  }
}
