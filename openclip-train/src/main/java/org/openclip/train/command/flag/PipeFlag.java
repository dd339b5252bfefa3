package org.openclip.train.command.flag;

import picocli.CommandLine.Option;

/** The flag {@code --allow-pipe}, which allows shards that are shell commands. */
public final class PipeFlag {
  @Option(
      names = "--allow-pipe",
      description = "Allows shards that are shell commands, 'pipe:COMMAND'.")
  private boolean given;

  /** Returns whether commands of the shell are run. */
  public boolean given() {
    return given;
  }
}
