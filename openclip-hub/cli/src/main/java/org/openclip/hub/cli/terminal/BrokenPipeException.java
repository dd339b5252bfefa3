package org.openclip.hub.cli.terminal;

import java.io.PrintStream;
import org.openclip.api.OpenClipException;

/**
 * Thrown when the reader of the standard output has closed it, as in {@code | head}; the command
 * ends without a message.
 */
public final class BrokenPipeException extends OpenClipException {
  private static final long serialVersionUID = 1L;

  BrokenPipeException() {
    super("the output is closed");
  }

  /** Flushes the output so that it can be read at once. */
  public static void flush(PrintStream out) {
    if (out.checkError()) {
      throw new BrokenPipeException();
    }
  }
}
