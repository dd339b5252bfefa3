package org.openclip.hub.cli;

import java.io.PrintWriter;
import java.util.List;
import org.openclip.api.InvalidInputException;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.spi.CommandProvider;
import org.openclip.api.spi.CommandProvider.Environment;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** The reading of a command's arguments into annotated fields, and its help. */
final class Arguments {
  private Arguments() {}

  /** One call of a command: its arguments as fields with picocli's annotations. */
  interface Call {
    /** Runs with the arguments that were read; returns the exit code. */
    int run(Environment environment);
  }

  /**
   * Reads the arguments and runs the call; wrong usage ends in one line and exit code 2.
   *
   * @param command whose name and summary the help shows
   * @param call a fresh object for this call
   */
  static int run(
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
      environment.err().println(wrongUsage(String.valueOf(e.getMessage()), name + " --help"));
      return Main.USAGE;
    }
  }

  /** Returns the line that says what is wrong and where the right usage is shown. */
  static String wrongUsage(String problem, String help) {
    String line = "openclip: " + oneLine(problem);
    return line + (line.matches(".*[.?!]") ? "" : ".") + " See '" + help + "'";
  }

  /** Returns a message without line breaks. */
  static String oneLine(String message) {
    return message.strip().replaceAll("\\s*\\R\\s*", " ");
  }

  private static CommandLine commandLine(String name, String summary, Call call) {
    CommandLine line = new CommandLine(call);
    line.setCommandName(name);
    line.setUsageHelpWidth(100);
    line.getCommandSpec().usageMessage().description(summary + ".");
    line.getCommandSpec()
        .addOption(
            OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Shows this text.")
                .build());
    line.registerConverter(Device.class, converter(Device::parse));
    line.registerConverter(Precision.class, converter(Precision::parse));
    return line;
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
