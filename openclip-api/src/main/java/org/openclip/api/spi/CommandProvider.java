package org.openclip.api.spi;

import java.io.PrintStream;
import java.util.List;

/** A plugin that adds a command to the command line; its name is the word that users type. */
public interface CommandProvider extends Provider {
  /** Returns one line for the list of commands. */
  String summary();

  /**
   * Runs the command.
   *
   * @param arguments what follows the command's name
   * @param environment where it reads and writes
   * @return the exit code: 0 for success, 1 for failure, 2 for wrong usage
   */
  int run(List<String> arguments, Environment environment);

  /**
   * Where a command reads and writes.
   *
   * @param out results
   * @param err progress and errors
   * @param plugins the plugins on the class or module path
   * @param terminal whether a person watches {@code err}, so that progress may be drawn
   */
  record Environment(PrintStream out, PrintStream err, PluginRegistry plugins, boolean terminal) {}
}
