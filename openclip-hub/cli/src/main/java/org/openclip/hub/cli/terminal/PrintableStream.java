package org.openclip.hub.cli.terminal;

import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/**
 * A print stream that escapes control characters: see {@link Printable}. Everything that is printed
 * passes {@code print}. Bytes stay as they are, such as those of JSON lines.
 */
public final class PrintableStream extends PrintStream {
  /** Creates a stream over another, which is flushed with it. */
  public PrintableStream(PrintStream stream) {
    super(stream, false, stream.charset());
  }

  @Override
  public void print(@Nullable String text) {
    super.print(Printable.lines(String.valueOf(text)));
  }

  @Override
  public void print(@Nullable Object object) {
    print(String.valueOf(object));
  }

  @Override
  public void print(char[] characters) {
    print(String.valueOf(characters));
  }

  @Override
  public void print(char character) {
    print(String.valueOf(character));
  }
}
