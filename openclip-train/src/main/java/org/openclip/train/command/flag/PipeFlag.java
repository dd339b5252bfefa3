package org.openclip.train.command;

import picocli.CommandLine.Option;

/** The flag that lets shards be the output of commands. */
final class PipeFlag {
  @Option(
      names = "--allow-pipe",
      description = "Allows shards that are shell commands, 'pipe:COMMAND'.")
  private boolean given;

  /** Returns whether commands of the shell are run. */
  boolean given() {
    return given;
  }
}
