package org.openclip.project;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the pages in docs show is as they say. */
@Tag("once")
class DocumentationTest {
  private static final Path PROJECT = Path.of(System.getProperty("openclip.project"));

  /** A file of the project between back quotes, a colon, and what is in the file. */
  private static final Pattern SHOWN =
      Pattern.compile("`((?:openclip-|docs/)[^`\n]+)`:\n\n```\\w*\n(.*?\n)```", Pattern.DOTALL);

  /** What stands in round brackets behind square ones, but not an address elsewhere. */
  private static final Pattern LINK =
      Pattern.compile("\\]\\((?![a-z]+:)([^)#\\s]*)(#[^)\\s]*)?\\)");

  private static final Pattern CODE = Pattern.compile("(?ms)^```.*?^```|`[^`\n]*`");

  @Test
  void linksLeadToFilesAndHeadings() throws IOException {
    List<String> broken = new ArrayList<>();
    int links = 0;
    for (Path page : pages()) {
      Matcher matcher = LINK.matcher(CODE.matcher(Files.readString(page)).replaceAll(""));
      while (matcher.find()) {
        links++;
        String name = matcher.group(1);
        Path file = name.isEmpty() ? page : page.resolveSibling(name).normalize();
        String anchor = matcher.group(2);
        if (!Files.exists(file) || (anchor != null && !anchors(file).contains(anchor))) {
          broken.add(PROJECT.relativize(page) + ": " + matcher.group());
        }
      }
    }
    assertThat(links).isGreaterThan(50);
    assertThat(broken).isEmpty();
  }

  @Test
  void theIndexListsEveryPage() throws IOException {
    Path docs = PROJECT.resolve("docs");
    String index = Files.readString(docs.resolve("README.md"));
    assertThat(pages())
        .filteredOn(page -> page.startsWith(docs) && !page.equals(docs.resolve("README.md")))
        .allSatisfy(
            page ->
                assertThat(index)
                    .contains("](" + docs.relativize(page).toString().replace('\\', '/') + ")"));
  }

  /** Returns the Markdown files that the site shows. */
  private static List<Path> pages() throws IOException {
    try (Stream<Path> top = Files.list(PROJECT);
        Stream<Path> docs = Files.walk(PROJECT.resolve("docs"))) {
      return Stream.concat(top, docs).filter(p -> p.toString().endsWith(".md")).toList();
    }
  }

  /** Returns the anchors that GitHub gives to the headings of a page. */
  private static Set<String> anchors(Path page) throws IOException {
    return Files.readAllLines(page).stream()
        .filter(line -> line.matches("#+ .*"))
        .map(line -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT))
        .map(text -> "#" + text.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .collect(Collectors.toSet());
  }

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
    assertThat(shown).isGreaterThan(8);
  }
}
