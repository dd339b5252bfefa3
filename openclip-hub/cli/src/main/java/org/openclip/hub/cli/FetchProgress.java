package org.openclip.hub.cli;

import org.jspecify.annotations.Nullable;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.spi.FetchListener;
import org.openclip.hub.cli.terminal.Progress;

/**
 * Shows the progress of a download: a bar on a terminal, otherwise one line for each large file.
 */
public final class FetchProgress implements FetchListener {
  private static final long MEGABYTE = 1_000_000;

  private final Environment environment;
  private final String action;
  private String name = "";
  private @Nullable Progress progress;

  /**
   * Creates a display.
   *
   * @param action what is done with the files, such as {@code fetching}
   */
  public FetchProgress(Environment environment, String action) {
    this.environment = environment;
    this.action = action;
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
      String here = done < MEGABYTE ? "" : ", from %s MB on".formatted(done / MEGABYTE);
      environment.err().printf("openclip: %s %s, %s MB%s%n", action, file, total / MEGABYTE, here);
      environment.err().flush();
      Progress bar = Progress.start(environment, "MB", total / MEGABYTE);
      bar.skip(done / MEGABYTE);
      progress = bar;
    }
  }
}
