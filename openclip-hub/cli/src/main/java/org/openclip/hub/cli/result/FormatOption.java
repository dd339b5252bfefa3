package org.openclip.hub.cli.result;

import picocli.CommandLine.Option;

/** The option {@code --format} of commands that print a table or JSON. */
public final class FormatOption {
  @Option(
      names = {"-f", "--format"},
      paramLabel = "FORMAT",
      description = "table, or json (one object per line). Default: table.")
  private OutputFormat format = OutputFormat.TABLE;

  /** Creates the option with its default; a command has it as a field with {@code @Mixin}. */
  public FormatOption() {}

  /** Returns whether the command prints JSON. */
  public boolean isJson() {
    return format == OutputFormat.JSON;
  }
}
