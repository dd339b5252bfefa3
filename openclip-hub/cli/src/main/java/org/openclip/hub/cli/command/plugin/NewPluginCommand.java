package org.openclip.hub.cli.command.plugin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;
import org.openclip.api.spi.CommandProvider;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.Main;
import org.openclip.hub.cli.UsageException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code new-plugin}: creates a Maven project for a plugin. */
public final class NewPluginCommand implements CommandProvider {
  /** Creates the provider. */
  public NewPluginCommand() {}

  @Override
  public String name() {
    return "new-plugin";
  }

  @Override
  public String summary() {
    return "Creates a Maven project for a plugin, in Java or Kotlin, with a passing test";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    return Arguments.run(this, new Call(), arguments, environment);
  }

  @Command(
      customSynopsis = "openclip new-plugin [OPTION...] FOLDER",
      sortOptions = false,
      footer = {
        "",
        "The project contains an image tower with one layer, a model that uses it, and the contract"
            + " test of image towers. 'mvn package' builds a jar for the folder plugins beside"
            + " openclip.",
        "",
        "  openclip new-plugin bright-tower",
        "  openclip new-plugin bright-tower --language kotlin --package org.acme.tower"
      })
  private static final class Call implements Arguments.Call {
    @Parameters(
        index = "0",
        paramLabel = "FOLDER",
        description =
            "The folder to write; created if it does not exist. Its name is the name of the"
                + " plugin.")
    private Path folder = Path.of("");

    @Option(
        names = {"-l", "--language"},
        paramLabel = "LANGUAGE",
        description = "java or kotlin. Default: java.")
    private PluginProject.Language language = PluginProject.Language.JAVA;

    @Option(
        names = "--package",
        paramLabel = "NAME",
        description =
            "The package of the classes. Default: com.example. followed by the name of the"
                + " plugin.")
    private @Nullable String packageName;

    @Override
    public int run(Environment environment) {
      Path file = folder.toAbsolutePath().normalize().getFileName();
      String name = file == null ? "" : file.toString();
      PluginProject project =
          new PluginProject(
              name,
              packageName == null ? PluginProject.usualPackage(name) : packageName,
              Main.jarVersion().orElse(PluginProject.VERSION));
      checkEmpty();
      project.write(folder, language).forEach(written -> environment.out().println(written));
      environment
          .err()
          .println(
              "openclip: note: run 'mvn package' in %s to test and build it".formatted(folder));
      return Main.SUCCESS;
    }

    private void checkEmpty() {
      if (!Files.exists(folder)) {
        return;
      }
      try (Stream<Path> files = Files.list(folder)) {
        if (files.findAny().isPresent()) {
          throw new UsageException(folder + " is not empty; choose a new folder");
        }
      } catch (IOException e) {
        throw new OpenClipException(folder + " cannot be read: " + e, e);
      }
    }
  }
}
