package org.openclip.hub.cli;

import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.hub.cli.terminal.Printable;

/** Prints notes to the user on the standard error. */
public final class Notes {
  private Notes() {}

  /** Prints a note in one line. */
  public static void say(Environment environment, String text) {
    environment.err().println("openclip: note: " + Printable.line(text));
    environment.err().flush();
  }
}
