package org.openclip.hub.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.spi.FetchOptions;
import org.openclip.hub.ModelBuilder;
import picocli.CommandLine.Option;

/** The options of downloads: the cache folder and offline mode. */
public final class FetchSettings {
  @Option(
      names = "--cache-dir",
      paramLabel = "FOLDER",
      description =
          "The cache folder for downloads. Default: HF_HUB_CACHE, or the cache of the hub's tools.")
  private @Nullable Path cacheFolder;

  @Option(
      names = "--offline",
      description = "Uses only files that are already downloaded, without any network access.")
  private boolean offline;

  /** Creates the options as they are when none is given. */
  public FetchSettings() {}

  /** Returns whether no network call may be made. */
  public boolean offline() {
    return offline;
  }

  /** Returns how files are fetched; it is shown how far that has come. */
  public FetchOptions options(Environment environment) {
    return new FetchOptions(cacheFolder, offline, new FetchProgress(environment, "fetching"));
  }

  /** Tells a builder how to fetch, and shows how far it has come. */
  public void apply(ModelBuilder builder, Environment environment) {
    if (cacheFolder != null) {
      builder.cacheFolder(cacheFolder);
    }
    builder.offline(offline).onFetch(new FetchProgress(environment, "fetching"));
  }
}
