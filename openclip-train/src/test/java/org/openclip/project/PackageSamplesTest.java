package org.openclip.project;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The samples in the overviews of packages compile, and every exported package has one. */
@Tag("once")
class PackageSamplesTest {
  private static final Path PROJECT = Path.of(System.getProperty("openclip.project"));
  private static final Pattern SAMPLE =
      Pattern.compile("<pre>\\{@code\n(.*?)\n \\* ?}</pre>", Pattern.DOTALL);
  private static final Pattern EXPORTS = Pattern.compile("exports ([\\w.]+);");

  /** What samples may use without saying where it comes from. */
  private static final String GIVEN =
      """
        org.openclip.api.model.ClipModel model;
        org.openclip.api.model.Architecture architecture;
        org.openclip.api.config.ModelConfig config;
        org.openclip.api.backend.Backend backend;
        org.openclip.api.graph.Graph graph;
        org.openclip.api.tensor.Weights weights;
        org.openclip.api.training.TrainingPlan plan;
        org.openclip.api.tensor.Tensor pixels;
        org.openclip.api.tensor.Tensor tokens;
      """;

  @TempDir Path folder;

  @Test
  void compile() throws IOException {
    Set<String> exported = exported();
    List<Path> sources = new ArrayList<>();
    for (Path info : files("package-info.java")) {
      Matcher sample = SAMPLE.matcher(Files.readString(info));
      while (sample.find()) {
        String name = "Sample" + sources.size() + "_" + info.getParent().getFileName();
        sources.add(
            Files.writeString(
                folder.resolve(name + ".java"),
                source(name, exported, sample.group(1).replaceAll("(?m)^ \\* ?", ""), info)));
      }
    }
    assertThat(sources).hasSizeGreaterThan(10);

    StringWriter messages = new StringWriter();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled =
          compiler
              .getTask(
                  messages,
                  manager,
                  null,
                  List.of(
                      "-proc:none",
                      "-d",
                      folder.toString(),
                      "-cp",
                      System.getProperty("java.class.path")),
                  null,
                  manager.getJavaFileObjectsFromPaths(sources))
              .call();
      assertThat(compiled).as(messages.toString()).isTrue();
    }
  }

  @Test
  void everyExportedPackageHasASample() throws IOException {
    Set<String> described = new TreeSet<>();
    for (Path info : files("package-info.java")) {
      String text = Files.readString(info);
      if (text.startsWith("/**") && SAMPLE.matcher(text).find()) {
        described.add(text.replaceAll("(?s).*\npackage ([\\w.]+);.*", "$1"));
      }
    }
    Set<String> exported = exported();
    // A command is a whole project, which docs/plugins.md shows; Guice is on no path here.
    exported.removeAll(Set.of("org.openclip.hub.cli", "org.openclip.hub.guice"));
    assertThat(described).containsAll(exported);
  }

  /** Wraps statements into a class that imports all exported packages. */
  private static String source(String name, Set<String> packages, String statements, Path info) {
    StringBuilder source = new StringBuilder("// " + PROJECT.relativize(info) + "\n");
    packages.forEach(each -> source.append("import ").append(each).append(".*;\n"));
    return source
        .append("import java.io.*;\n")
        .append("import java.nio.*;\n")
        .append("import java.nio.charset.*;\n")
        .append("import java.nio.file.*;\n")
        .append("import java.util.*;\n")
        .append("class " + name + " {\n")
        .append(GIVEN)
        .append("  void sample() throws Exception {\n")
        .append(statements)
        .append("\n  }\n}\n")
        .toString();
  }

  private static Set<String> exported() throws IOException {
    Set<String> exported = new TreeSet<>();
    for (Path info : files("module-info.java")) {
      EXPORTS.matcher(Files.readString(info)).results().forEach(r -> exported.add(r.group(1)));
    }
    return exported;
  }

  private static List<Path> files(String name) throws IOException {
    try (Stream<Path> files = Files.walk(PROJECT)) {
      return files
          .filter(
              file ->
                  PROJECT
                      .relativize(file)
                      .toString()
                      .replace('\\', '/')
                      .matches("openclip-.*/src/main/java/.*" + Pattern.quote(name)))
          .sorted()
          .toList();
    }
  }
}
