package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.ModuleFinder;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.hub.testkit.ModulePath;
import org.openclip.hub.testkit.Project;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** What a program that only loads a model brings along, as {@code jdeps} tells. */
@Tag("once")
class LibraryAloneTest {
  private static final String PROGRAM =
      """
      package com.example.load;

      import org.openclip.api.model.ClipModel;
      import org.openclip.hub.OpenClip;

      public final class Load {
        public static void main(String[] arguments) {
          try (ClipModel model = OpenClip.load()) {
            System.out.println(model.encodeTexts(java.util.List.of("a cat")));
          }
        }
      }
      """;

  @TempDir static Path folder;
  private static Path classes = Path.of("");

  @BeforeAll
  static void compile() throws IOException {
    Path sources = Files.createDirectories(folder.resolve("com/example/load"));
    Path program = Files.writeString(sources.resolve("Load.java"), PROGRAM);
    Path module =
        Files.writeString(
            folder.resolve("module-info.java"),
            "module com.example.load { requires org.openclip.hub; }");
    classes = folder.resolve("classes");
    tool(
        "javac",
        "-p",
        ModulePath.ofThisTest(),
        "-d",
        classes.toString(),
        program.toString(),
        module.toString());
  }

  private static String tool(String name, String... arguments) {
    StringWriter output = new StringWriter();
    PrintWriter writer = new PrintWriter(output);
    int code = ToolProvider.findFirst(name).orElseThrow().run(writer, writer, arguments);
    assertThat(code).as(name + " " + Arrays.toString(arguments) + "\n" + output).isZero();
    return output.toString();
  }

  private static boolean isOfOpenClip(String entry) {
    return ModuleFinder.of(Path.of(entry)).findAll().stream()
        .anyMatch(module -> module.descriptor().name().startsWith("org.openclip."));
  }

  /** Copies classes to where {@code jdeps} takes them for those of a class path. */
  private static Path withoutDescriptor(Path entry) throws IOException {
    Path copy = Files.createTempDirectory(folder, "classes");
    if (Files.isDirectory(entry)) {
      copyClasses(entry, copy);
    } else {
      try (FileSystem jar = FileSystems.newFileSystem(entry)) {
        copyClasses(jar.getPath("/"), copy);
      }
    }
    return copy;
  }

  private static void copyClasses(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(LibraryAloneTest::isClass).toList()) {
        Path copy = to.resolve(from.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
    }
  }

  private static boolean isClass(Path file) {
    return file.toString().endsWith(".class") && !file.endsWith("module-info.class");
  }

  @Test
  void itsClassPathHasNeitherTheCommandLineNorKotlin() throws IOException {
    Path alone = Files.createDirectories(folder.resolve("alone/com/example/load"));
    Files.copy(classes.resolve("com/example/load/Load.class"), alone.resolve("Load.class"));
    List<String> arguments = new ArrayList<>(List.of("--multi-release", "21"));
    arguments.addAll(List.of("--ignore-missing-deps", "-recursive", "-verbose:package"));
    arguments.addAll(List.of("-cp", ModulePath.ofThisTest(), folder.resolve("alone").toString()));
    // No class file names what ServiceLoader finds.
    for (String entry : ModulePath.ofThisTest().split(File.pathSeparator, -1)) {
      if (isOfOpenClip(entry)) {
        arguments.add(withoutDescriptor(Path.of(entry)).toString());
      }
    }

    String found = tool("jdeps", arguments.toArray(String[]::new));

    assertThat(found).contains("org.openclip.hub.runtime", "org.openclip.models.");
    assertThat(found).doesNotContain("picocli", "kotlin", "org.openclip.hub.cli");
  }

  @Test
  void itsModulesAreNeitherTheCommandLineNorKotlin() {
    String found =
        tool(
            "jdeps",
            "--multi-release",
            "21",
            "-recursive",
            "-summary",
            "--module-path",
            ModulePath.ofThisTest() + File.pathSeparator + classes,
            "--add-modules",
            String.join(",", ModulePath.ROOTS),
            "--module",
            "com.example.load");

    assertThat(found).contains("org.openclip.hub", "org.openclip.api");
    assertThat(found).doesNotContain("picocli", "kotlin", "org.openclip.hub.cli");
  }

  /** What Maven brings to a program is what the poms say, whatever the classes name. */
  @Test
  void itsDependenciesAreNeitherPicocliNorKotlin() throws Exception {
    Set<String> artifacts = new TreeSet<>();
    for (String module : List.of("openclip-hub", "openclip-models", "openclip-backend-onnx")) {
      Document pom =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(Project.path(module + "/pom.xml").toFile());
      NodeList dependencies =
          (NodeList)
              XPathFactory.newInstance()
                  .newXPath()
                  .evaluate(
                      "/project/dependencies/dependency[not(scope) and not(optional)]/artifactId",
                      pom,
                      XPathConstants.NODESET);
      for (int i = 0; i < dependencies.getLength(); i++) {
        artifacts.add(dependencies.item(i).getTextContent());
      }
    }

    assertThat(artifacts)
        .containsExactly("jackson-jr-objects", "onnxruntime", "openclip-api", "xz", "zstd-jni");
  }
}
