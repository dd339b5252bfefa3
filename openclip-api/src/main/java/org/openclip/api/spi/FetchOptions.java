package org.openclip.api.spi;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How files are brought from elsewhere to this machine.
 *
 * @param cacheFolder where they are kept; null for the place that the source has by itself
 * @param offline whether only what is here already may be used, without any network call
 * @param listener told how far it has come
 */
public record FetchOptions(@Nullable Path cacheFolder, boolean offline, FetchListener listener) {
  /** The source's own cache, the network if need be, and nobody told. */
  public static final FetchOptions DEFAULT = new FetchOptions(null, false, FetchListener.NONE);
}
