package org.openclip.project;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What holds for every source file, of tests too. */
@Tag("once")
class SourcesTest {
  private static final Path PROJECT = Path.of(System.getProperty("openclip.project"));
  private static final int MANY_LINES = 500;
  private static final Pattern COMMENT =
      Pattern.compile("/\\*.*?\\*/|(//[^\n]*\n\\s*)+", Pattern.DOTALL);

  @Test
  void areFormatted() throws IOException {
    // Spotless does it where Maven runs on Java 21 or later; the JDK that runs tests always is.
    assertThat(javaFiles().parallel().filter(file -> !isFormatted(file)))
        .as("files for mvn spotless:apply under Java 21 or later")
        .isEmpty();
  }

  @Test
  void areShortOrSayWhyNot() throws IOException {
    assertThat(javaFiles().filter(file -> !isShortOrSaysWhy(file)))
        .as("files of more than 500 lines whose first comment has no 'because'")
        .isEmpty();
  }

  /** Another folder has the same form, but other names. */
  @Test
  void takeNoGoldenByTheNameOfItsFile() throws IOException {
    assertThat(
            javaFiles()
                .filter(file -> file.toString().contains("/src/test/"))
                .filter(file -> !file.getFileName().toString().startsWith("Golden"))
                .filter(file -> read(file).contains("getProperty(\"openclip.golden\")")))
        .as("tests that read the folder of goldens; what is always the same is in Fixtures")
        .isEmpty();
    Pattern named = Pattern.compile("Goldens\\.path\\(\\s*\"[^\"]*[./]");
    assertThat(javaFiles().filter(file -> named.matcher(read(file)).find()))
        .as("tests that name a file of the goldens; choose by what it holds")
        .isEmpty();
  }

  @Test
  void areAllSeen() throws IOException {
    Set<String> folders =
        new TreeSet<>(
            List.of(
                "openclip-api",
                "openclip-models",
                "openclip-backend-onnx",
                "openclip-backend-tf",
                "openclip-hub",
                "openclip-hub/cli",
                "openclip-train",
                "docs/site",
                "docs/samples"));
    try (Stream<Path> integrations = Files.list(PROJECT.resolve("integrations"))) {
      integrations
          .filter(folder -> Files.isDirectory(folder.resolve("src")))
          .map(SourcesTest::name)
          .forEach(folders::add);
    }
    assertThat(
            javaFiles()
                .map(SourcesTest::name)
                .map(name -> name.split("/src/|(?<=^docs/samples)/", 2)[0])
                .distinct())
        .containsExactlyInAnyOrderElementsOf(folders);
  }

  private static boolean isFormatted(Path file) {
    String text = read(file);
    try {
      return new Formatter().formatSource(fixImports(text)).equals(text);
    } catch (FormatterException e) {
      throw new AssertionError(file + ": " + e.getMessage(), e);
    }
  }

  private static String fixImports(String text) throws FormatterException {
    return RemoveUnusedImports.removeUnusedImports(
        ImportOrderer.reorderImports(text, Style.GOOGLE));
  }

  private static boolean isShortOrSaysWhy(Path file) {
    String text = read(file);
    Matcher comment = COMMENT.matcher(text);
    return text.lines().count() <= MANY_LINES
        || (comment.find() && comment.group().contains("because"));
  }

  private static Stream<Path> javaFiles() throws IOException {
    try (Stream<Path> files = Files.walk(PROJECT)) {
      return files.filter(SourcesTest::isJavaSource).toList().stream();
    }
  }

  private static String name(Path file) {
    return PROJECT.relativize(file).toString().replace('\\', '/');
  }

  private static boolean isJavaSource(Path file) {
    return name(file)
        .matches(
            "(openclip-[^/]*/(cli/)?|integrations/[^/]*/|docs/site/)src/.*\\.java"
                + "|docs/samples/.*\\.java");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
