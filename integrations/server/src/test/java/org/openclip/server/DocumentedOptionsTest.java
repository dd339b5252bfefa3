package org.openclip.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openclip.api.spi.CommandProvider;
import org.openclip.api.spi.PluginRegistry;

/** The options that the documentation names are those that there are. */
@Tag("once")
class DocumentedOptionsTest {
  private static final Pattern OPTION = Pattern.compile("(?<=[ `])--[a-z][a-z-]*");

  @Test
  void eachOptionIsInTheHelp() throws IOException {
    PluginRegistry plugins = PluginRegistry.create();
    ByteArrayOutputStream help = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(help, true, StandardCharsets.UTF_8);
    plugins
        .named(CommandProvider.class, "serve")
        .run(List.of("--help"), new CommandProvider.Environment(out, out, plugins, false));
    Path docs = Path.of(System.getProperty("openclip.project"), "docs", "server.md");
    Matcher option = OPTION.matcher(Files.readString(docs));
    int found = 0;
    while (option.find()) {
      assertThat(help.toString(StandardCharsets.UTF_8)).contains(option.group());
      found++;
    }
    assertThat(found).isGreaterThan(15);
  }
}
