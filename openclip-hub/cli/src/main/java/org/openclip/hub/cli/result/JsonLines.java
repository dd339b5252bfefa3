package org.openclip.hub.cli.result;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.openclip.hub.cli.terminal.BrokenPipeException;
import org.openclip.hub.io.JsonObjects;

/** Writes one JSON object on each line, always in UTF-8. */
public final class JsonLines {
  private JsonLines() {}

  /** Writes an object and hands it on at once. */
  public static void print(PrintStream out, Map<String, ?> object) {
    PrintStream utf8 = new PrintStream(out, false, StandardCharsets.UTF_8);
    utf8.println(JsonObjects.writeCompact(object));
    BrokenPipeException.flush(utf8);
  }
}
