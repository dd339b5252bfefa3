package org.openclip.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.spi.CommandProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.cli.terminal.Terminal;

/** What holds for every command. */
@Tag("once")
class MainTest {
  private static final List<CommandProvider> COMMANDS =
      PluginRegistry.create().all(CommandProvider.class);

  @Test
  void withoutACommandTheHelpGoesToTheErrorsAndTheUsageIsWrong() {
    CommandLineRun run = CommandLineRun.of();

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("Usage: openclip COMMAND");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "-h", "help"})
  void theHelpListsEveryCommandWithASummary(String argument) {
    CommandLineRun run = CommandLineRun.of(argument);

    assertThat(run.code()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(COMMANDS).hasSizeGreaterThanOrEqualTo(6);
    for (CommandProvider command : COMMANDS) {
      assertThat(run.lines())
          .anyMatch(l -> l.matches("  " + command.name() + " +") || l.contains(command.summary()));
    }
  }

  @Test
  void everyCommandExplainsItself() {
    for (CommandProvider command : COMMANDS) {
      CommandLineRun help = CommandLineRun.of(command.name(), "--help");

      assertThat(help.code()).as(command.name()).isZero();
      assertThat(help.err()).as(command.name()).isEmpty();
      assertThat(help.out())
          .as(command.name())
          .startsWith("Usage: openclip " + command.name())
          .contains(command.summary())
          .contains("-h, --help");
      assertThat(help.lines()).as(command.name()).allMatch(line -> Terminal.width(line) <= 100);
      assertThat(CommandLineRun.of("help", command.name())).isEqualTo(help);
      assertThat(CommandLineRun.of(command.name(), "-h")).isEqualTo(help);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--version", "-V", "version"})
  void theVersionIsOneLine(String argument) {
    CommandLineRun run = CommandLineRun.of(argument);

    assertThat(run.code()).isZero();
    assertThat(run.lines()).hasSize(1).first().asString().startsWith("openclip ");
  }

  @ParameterizedTest
  @CsvSource({
    "clasify, did you mean classify?",
    "frobnicate, ; there are",
    "--frobnicate, ; there are"
  })
  void anUnknownCommandIsWrongUsage(String command, String remedy) {
    CommandLineRun run = CommandLineRun.of(command);

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err())
        .startsWith("openclip: unknown command '" + command + "'")
        .contains(remedy)
        .contains("See 'openclip --help'");
  }

  @Test
  void anUnknownOptionIsWrongUsageOfEveryCommand() {
    for (CommandProvider command : COMMANDS) {
      CommandLineRun run = CommandLineRun.of(command.name(), "x", "y", "--frobnicate");

      assertThat(run.code()).as(command.name()).isEqualTo(2);
      assertThat(run.err().lines()).as(command.name()).hasSize(1);
      assertThat(run.err())
          .contains("--frobnicate")
          .contains("See 'openclip " + command.name() + " --help'");
    }
  }

  @Test
  void aFailureIsOneLineAndWithDebugItsTraceToo() {
    String[] arguments = {"info", "ViT-B32"};
    CommandLineRun plain = CommandLineRun.of(arguments);
    CommandLineRun debug = CommandLineRun.of("info", "ViT-B32", "--debug");

    assertThat(plain.code()).isEqualTo(1);
    assertThat(plain.err().lines()).hasSize(1);
    assertThat(plain.err()).startsWith("openclip: unknown model 'ViT-B32'; did you mean ViT-B-32");
    assertThat(debug.code()).isEqualTo(1);
    assertThat(debug.err()).startsWith(plain.err()).contains("\tat org.openclip");
  }

  @Test
  void afterTwoDashesDebugIsAnArgument() {
    CommandLineRun run = CommandLineRun.of("models", "--", "--debug");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("--debug").doesNotContain("\tat ");
  }
}
