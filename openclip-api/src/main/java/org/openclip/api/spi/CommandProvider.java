package org.openclip.api.spi;

import java.io.PrintStream;
import java.util.List;

/** A plugin that adds a command to the command line. Its name is the word that users type. */
public interface CommandProvider extends Provider {
  /** Returns one line for the list of commands. */
  String summary();

  /**
   * Runs the command.
   *
   * @param arguments what follows the command's name
   * @param environment the output streams and plugins
   * @return the exit code: 0 for success, 1 for failure, 2 for wrong usage
   */
  int run(List<String> arguments, Environment environment);

  /**
   * The environment of a command: its output streams and plugins.
   *
   * @param out the stream for results
   * @param err the stream for progress and errors
   * @param plugins the plugins on the class or module path
   * @param terminal whether {@code err} is a terminal, so that progress may be drawn
   */
  record Environment(PrintStream out, PrintStream err, PluginRegistry plugins, boolean terminal) {}
}
