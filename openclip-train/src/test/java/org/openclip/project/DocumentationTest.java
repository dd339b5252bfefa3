package org.openclip.project;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the pages in docs show is as they say. */
@Tag("once")
class DocumentationTest {
  private static final Path PROJECT = Path.of(System.getProperty("openclip.project"));

  /** A file of the project between back quotes, a colon, and what is in the file. */
  private static final Pattern SHOWN =
      Pattern.compile("`(openclip-[^`\n]+)`:\n\n```\\w*\n(.*?\n)```", Pattern.DOTALL);

  @Test
  void showsFilesAsTheyAre() throws IOException {
    int shown = 0;
    try (Stream<Path> pages = Files.list(PROJECT.resolve("docs"))) {
      for (Path page : pages.filter(p -> p.toString().endsWith(".md")).toList()) {
        Matcher matcher = SHOWN.matcher(Files.readString(page));
        while (matcher.find()) {
          Path file = PROJECT.resolve(matcher.group(1));
          assertThat(matcher.group(2)).as("%s in %s", file, page).isEqualTo(Files.readString(file));
          shown++;
        }
      }
    }
    assertThat(shown).isPositive();
  }
}
