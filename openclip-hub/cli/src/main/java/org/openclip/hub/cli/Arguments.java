package org.openclip.hub.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.openclip.api.InvalidInputException;
import org.openclip.api.Suggestions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.spi.CommandProvider;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.hub.cli.terminal.Printable;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Parses the arguments of a command into annotated fields, and prints its help. */
public final class Arguments {
  private Arguments() {}

  /** One call of a command: its arguments as fields with picocli's annotations. */
  public interface Call {
    /** Runs with the arguments that were read; returns the exit code. */
    int run(Environment environment);
  }

  /**
   * Reads the arguments and runs the call; wrong usage ends in one line and exit code 2.
   *
   * @param command whose name and summary the help shows
   * @param call a fresh object for this call
   */
  public static int run(
      CommandProvider command, Call call, List<String> arguments, Environment environment) {
    String name = "openclip " + command.name();
    try {
      CommandLine line = commandLine(name, command.summary(), call);
      line.parseArgs(arguments.toArray(String[]::new));
      if (line.isUsageHelpRequested()) {
        PrintWriter out = new PrintWriter(environment.out(), false, environment.out().charset());
        line.usage(out, Ansi.OFF);
        out.flush();
        return Main.SUCCESS;
      }
      return call.run(environment);
    } catch (ParameterException | UsageException e) {
      environment.out().flush();
      environment.err().println(wrongUsage(problem(e), name + " --help"));
      return Main.USAGE;
    }
  }

  /** Returns what is wrong, in the manner of all other messages. */
  private static String problem(RuntimeException failure) {
    String message = String.valueOf(failure.getMessage());
    String problem = Character.toLowerCase(message.charAt(0)) + message.substring(1);
    return problem + (failure instanceof UnmatchedArgumentException e ? nearest(e) : "");
  }

  /** Returns which option may have been meant by an unknown one. */
  private static String nearest(UnmatchedArgumentException failure) {
    String unknown = failure.getUnmatched().isEmpty() ? "" : failure.getUnmatched().get(0);
    Set<String> known = failure.getCommandLine().getCommandSpec().optionsMap().keySet();
    List<String> near =
        unknown.startsWith("--") ? Suggestions.nearest(unknown.split("=", 2)[0], known) : List.of();
    return near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near) + "?";
  }

  /** Returns the line that says what is wrong and where the right usage is shown. */
  static String wrongUsage(String problem, String help) {
    String line = "openclip: " + oneLine(problem);
    return line + (line.matches(".*[.?!]") ? "" : ".") + " See '" + help + "'";
  }

  /** Returns a message without line breaks and other control characters. */
  static String oneLine(String message) {
    return Printable.line(message.strip().replaceAll("\\s*\\n\\s*", " "));
  }

  private static CommandLine commandLine(String name, String summary, Call call) {
    CommandLine line = new CommandLine(call);
    line.setCommandName(name);
    line.setUsageHelpWidth(100);
    line.setOverwrittenOptionsAllowed(true); // Of a flag that is given twice the last counts.
    line.getCommandSpec().usageMessage().description("", summary + ".", "");
    line.getCommandSpec()
        .addOption(
            OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Shows this text.")
                .build());
    line.getCommandSpec().options().stream()
        .map(OptionSpec::type)
        .filter(Class::isEnum)
        .forEach(kind -> registerNames(line, kind));
    line.registerConverter(Device.class, converter(Device::parse));
    line.registerConverter(Precision.class, converter(Precision::parse));
    return line;
  }

  private static <E> void registerNames(CommandLine line, Class<E> kind) {
    List<E> values = List.of(kind.getEnumConstants());
    line.registerConverter(
        kind,
        text ->
            values.stream()
                .filter(value -> value.toString().equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(
                    () ->
                        new TypeConversionException(
                            "'%s' is not one of %s"
                                .formatted(
                                    text,
                                    values.stream()
                                        .map(Object::toString)
                                        .collect(Collectors.joining(", "))))));
  }

  private static <T> ITypeConverter<T> converter(ITypeConverter<T> parse) {
    return text -> {
      try {
        return parse.convert(text);
      } catch (InvalidInputException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    };
  }
}
