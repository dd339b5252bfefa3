package org.openclip.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.spi.CommandProvider;
import org.openclip.api.spi.PluginRegistry;

/** What the documents show works as it stands there. */
@Tag("once")
class DocumentedCommandsTest {
  private static final Path PROJECT =
      Path.of(System.getProperty("basedir", "openclip-hub")).resolveSibling(".").normalize();

  private static final Pattern JAVA = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
  private static final Pattern COMMAND =
      Pattern.compile("(?:^|[ \\n])(?:\\./)?openclip ([a-z-]+)((?: [^\\n|&>]*)?)");
  private static final Pattern OPTION = Pattern.compile("(?<= )--?[a-z][a-z-]*");

  /** Commands of the modules in {@code integrations}, which are not on this path. */
  private static final Set<String> ELSEWHERE =
      Set.of("index", "search", "duplicates", "label", "serve");

  @TempDir Path folder;

  private static String read(String document) throws IOException {
    return Files.readString(PROJECT.resolve(document));
  }

  @Test
  void theExampleInJavaCompiles() throws IOException {
    Matcher example = JAVA.matcher(read("README.md"));
    assertThat(example.find()).isTrue();
    Path source = Files.writeString(folder.resolve("Cat.java"), example.group(1));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();

    boolean compiled =
        compiler
            .getTask(
                messages,
                null,
                null,
                List.of("-d", folder.toString(), "-cp", System.getProperty("java.class.path")),
                null,
                compiler.getStandardFileManager(null, null, null).getJavaFileObjects(source))
            .call();

    assertThat(compiled).as(messages.toString()).isTrue();
  }

  @Test
  void commandsAndTheirOptionsAreThoseThatThereAre() throws IOException {
    List<String> seen = new ArrayList<>();
    for (String document : List.of("README.md", "docs/command-line.md", "docs/plugins.md")) {
      Matcher command = COMMAND.matcher(read(document));
      while (command.find()) {
        if (ELSEWHERE.contains(command.group(1))) {
          continue;
        }
        String help = CommandLineRun.of(command.group(1), "--help").out();
        assertThat(help).as(document + ": " + command.group()).startsWith("Usage: openclip ");
        Matcher option = OPTION.matcher(command.group(2));
        while (option.find()) {
          assertThat(help)
              .as(document + ": " + command.group())
              .containsPattern("(^|[ ,])" + option.group() + "\\b");
        }
        seen.add(command.group(1));
      }
    }
    assertThat(seen).hasSizeGreaterThan(15);
  }

  @Test
  void everyCommandIsInTheReadme() throws IOException {
    String readme = read("README.md");
    for (CommandProvider command : PluginRegistry.create().all(CommandProvider.class)) {
      assertThat(readme).as(command.name()).containsPattern("`" + command.name() + "[ `]");
    }
  }
}
