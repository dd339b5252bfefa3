package org.openclip.hub.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.OpenClipException;
import org.openclip.api.ShutdownException;
import org.openclip.api.UnknownNameException;
import org.openclip.api.backend.CallsUnderWay;
import org.openclip.api.spi.CommandProvider;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.spi.Provider;
import org.openclip.hub.cli.terminal.BrokenPipeException;
import org.openclip.hub.cli.terminal.PrintableBytes;
import org.openclip.hub.cli.terminal.PrintableStream;
import org.openclip.hub.cli.terminal.Terminal;

/**
 * The main class of the command line: runs a command of the plugins and converts failures to one
 * line on the standard error and an exit code.
 */
public final class Main {
  /** The exit code of success. */
  public static final int SUCCESS = 0;

  /** The exit code of a command that was understood but failed. */
  public static final int FAILURE = 1;

  /** The exit code of a command that was not understood. */
  public static final int USAGE = 2;

  /** What shells report for a program that the end of its pipe has ended. */
  public static final int BROKEN_PIPE = 141;

  private static final String POM = "/META-INF/maven/org.openclip/openclip-cli/pom.properties";
  private static final String DEBUG = "--debug";

  private Main() {}

  /**
   * Runs a command and ends the process with its exit code.
   *
   * @param arguments the command's name and what follows it
   */
  public static void main(String[] arguments) {
    logOnOneLine();
    System.setErr(new PrintStream(new PrintableBytes(System.err), true, System.err.charset()));
    if (System.getProperty(CallsUnderWay.SECONDS) == null) {
      // Who presses Ctrl-C does not want to wait for a large batch.
      System.setProperty(CallsUnderWay.SECONDS, "2");
    }
    PrintStream out = stream(FileDescriptor.out, System.out);
    PrintStream err = stream(FileDescriptor.err, System.err);
    Environment environment =
        new Environment(out, err, PluginRegistry.create(Main.class), Terminal.watchesErrors());
    int code = run(List.of(arguments), environment);
    out.flush();
    err.flush();
    System.exit(code);
  }

  /** A library's warning is one line here, as the command line's own errors are. */
  private static void logOnOneLine() {
    for (String key :
        List.of("java.util.logging.SimpleFormatter.format", "jdk.system.logger.format")) {
      if (System.getProperty(key) == null) {
        System.setProperty(key, "openclip: %5$s%n");
      }
    }
  }

  private static PrintStream stream(FileDescriptor descriptor, PrintStream original) {
    return new PrintStream(
        new BufferedOutputStream(new FileOutputStream(descriptor), 1 << 16),
        false,
        original.charset());
  }

  /**
   * Runs a command in this process.
   *
   * @param arguments the command's name and what follows it
   * @param environment where it reads and writes
   * @return the exit code: 0 for success, 1 for failure, 2 for wrong usage
   */
  public static int run(List<String> arguments, Environment environment) {
    return guarded(
        arguments,
        new Environment(
            new PrintableStream(environment.out()),
            new PrintableStream(environment.err()),
            environment.plugins(),
            environment.terminal()));
  }

  private static int guarded(List<String> arguments, Environment environment) {
    List<String> rest = new ArrayList<>(arguments);
    boolean debug = takeDebug(rest) || "1".equals(System.getenv("OPENCLIP_DEBUG"));
    try {
      int code = dispatch(rest, environment);
      return environment.out().checkError() ? BROKEN_PIPE : code;
    } catch (BrokenPipeException e) {
      return BROKEN_PIPE;
    } catch (ShutdownException e) {
      // Whoever ended the process knows.
      return FAILURE;
    } catch (OpenClipException | InterruptedCallException e) {
      return fail(e, e.getMessage(), debug, environment);
    } catch (OutOfMemoryError e) {
      String remedy =
          "out of memory: "
              + e.getMessage()
              + "; raise the JVM's limit (OPENCLIP_JAVA_OPTS=-Xmx4g; for direct memory"
              + " -XX:MaxDirectMemorySize), or use a smaller --batch or model";
      return fail(e, remedy, debug, environment);
    } catch (RuntimeException | LinkageError e) {
      String message = "internal error: " + e + "; please report it with the output of " + DEBUG;
      return fail(e, message, debug, environment);
    } finally {
      environment.err().flush();
    }
  }

  /** Takes the switch out, which every command understands, unless it stands after {@code --}. */
  private static boolean takeDebug(List<String> arguments) {
    int end = arguments.indexOf("--");
    return (end < 0 ? arguments : arguments.subList(0, end)).remove(DEBUG);
  }

  private static int fail(
      Throwable failure, @Nullable String message, boolean debug, Environment environment) {
    environment.out().flush();
    environment.err().println("openclip: " + Arguments.oneLine(String.valueOf(message)));
    if (debug) {
      failure.printStackTrace(environment.err());
    }
    return FAILURE;
  }

  private static int dispatch(List<String> arguments, Environment environment) {
    if (arguments.isEmpty()) {
      help(environment, environment.err());
      return USAGE;
    }
    String name = arguments.get(0);
    List<String> rest = arguments.subList(1, arguments.size());
    return switch (name) {
      case "-h", "--help", "help" -> {
        if (rest.isEmpty()) {
          help(environment, environment.out());
          yield SUCCESS;
        }
        yield dispatch(List.of(rest.get(0), "--help"), environment);
      }
      case "-V", "--version", "version" -> {
        environment.out().println("openclip " + version());
        yield SUCCESS;
      }
      default -> {
        CommandProvider command;
        try {
          command = environment.plugins().named(CommandProvider.class, name);
        } catch (UnknownNameException e) {
          String problem = String.valueOf(e.getMessage());
          environment.err().println(Arguments.wrongUsage(problem, "openclip --help"));
          yield USAGE;
        }
        yield command.run(rest, environment);
      }
    };
  }

  private static void help(Environment environment, PrintStream stream) {
    List<CommandProvider> commands =
        environment.plugins().all(CommandProvider.class).stream()
            .sorted((a, b) -> a.name().compareTo(b.name()))
            .toList();
    int width = commands.stream().map(Provider::name).mapToInt(String::length).max().orElse(1);
    stream.println("Usage: openclip COMMAND [ARGUMENT...]");
    stream.println();
    stream.println("CLIP models for the JVM: images and texts in one embedding space.");
    stream.println();
    stream.println("Commands:");
    for (CommandProvider command : commands) {
      String space = " ".repeat(width - command.name().length() + 3);
      stream.println("  " + command.name() + space + command.summary());
    }
    stream.println();
    stream.println("openclip COMMAND --help   options and examples of a command");
    stream.println("openclip --version        the version");
    stream.println(DEBUG + " or OPENCLIP_DEBUG=1 shows the stack trace of a failure.");
  }

  /** Returns the program's version. */
  public static String version() {
    return jarVersion().orElse("(not from a jar)");
  }

  /** Returns the version of OpenCLIP; empty when its classes come from no jar of a build. */
  public static Optional<String> jarVersion() {
    try (InputStream stream = Main.class.getResourceAsStream(POM)) {
      if (stream != null) {
        Properties properties = new Properties();
        properties.load(stream);
        return Optional.ofNullable(properties.getProperty("version"));
      }
    } catch (IOException e) {
      System.getLogger(Main.class.getName())
          .log(System.Logger.Level.DEBUG, "the version is not readable", e);
    }
    return Optional.empty();
  }
}
