package org.openclip.hub.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.io.JsonObjects;

/** What a command of the command line wrote and how it ended. */
public record CommandLineRun(int code, String out, String err) {
  /** Runs a command in this process, as {@code openclip} does with its arguments. */
  public static CommandLineRun of(String... arguments) {
    return with(PluginRegistry.create(), false, arguments);
  }

  /** Runs a command with the given plugins, and before a person's eyes or not. */
  public static CommandLineRun with(PluginRegistry plugins, boolean terminal, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Environment environment = new Environment(stream(out), stream(err), plugins, terminal);
    int code = Main.run(List.of(arguments), environment);
    return new CommandLineRun(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  /** Returns the lines of the output. */
  public List<String> lines() {
    return out.lines().toList();
  }

  /** Returns the output as JSON objects, one a line. */
  public List<Map<String, Object>> objects() {
    return lines().stream()
        .map(line -> JsonObjects.parse("output", 0, line.getBytes(StandardCharsets.UTF_8)))
        .toList();
  }

  /** Returns the lines on the error stream that are no notes. */
  public List<String> errors() {
    Stream<String> lines = err.lines();
    return lines.filter(line -> !line.startsWith("openclip: note: ")).toList();
  }
}
