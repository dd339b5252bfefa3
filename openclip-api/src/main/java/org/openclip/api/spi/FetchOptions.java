package org.openclip.api.spi;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The options of downloads.
 *
 * @param cacheFolder the cache folder; null for the default of the source
 * @param offline whether only local files may be used, without any network access
 * @param listener follows the progress
 */
public record FetchOptions(@Nullable Path cacheFolder, boolean offline, FetchListener listener) {
  /** The default cache, with network access and without a listener. */
  public static final FetchOptions DEFAULT = new FetchOptions(null, false, FetchListener.NONE);
}
