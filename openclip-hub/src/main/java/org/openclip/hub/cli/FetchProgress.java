package org.openclip.hub.cli;

import org.jspecify.annotations.Nullable;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.spi.FetchListener;

/** Shows how far a file has come: a bar on a terminal, else one line for each file of some size. */
final class FetchProgress implements FetchListener {
  private static final long MEGABYTE = 1_000_000;

  private final Environment environment;
  private String name = "";
  private @Nullable Progress progress;

  FetchProgress(Environment environment) {
    this.environment = environment;
  }

  @Override
  public synchronized void progress(String file, long done, long total) {
    if (!file.equals(name)) {
      begin(file, done, total);
    }
    Progress bar = progress;
    if (bar == null) {
      return;
    }
    bar.advance(done / MEGABYTE - bar.done());
    if (done == total) {
      bar.close();
      progress = null;
    }
  }

  private void begin(String file, long done, long total) {
    name = file;
    progress = null;
    if (done < total && total >= MEGABYTE) {
      environment.err().printf("openclip: fetching %s, %d MB%n", file, total / MEGABYTE);
      environment.err().flush();
      progress = Progress.start(environment, "MB", total / MEGABYTE);
    }
  }
}
