package org.openclip.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.hub.testkit.ModulePath;
import org.openclip.testkit.Fixtures;

/** Images by {@code jlink}, made as docs/application-servers.md says. */
@Tag("once")
class RuntimeImageTest {
  private static final String ONNX = "org.openclip.backend.onnx";

  @TempDir Path folder;

  private static Map<String, Path> modules() {
    Map<String, Path> modules = new TreeMap<>();
    for (String entry : ModulePath.ofThisTest().split(File.pathSeparator, -1)) {
      ModuleFinder.of(Path.of(entry))
          .findAll()
          .forEach(module -> modules.put(module.descriptor().name(), Path.of(entry)));
    }
    return modules;
  }

  private static List<String> automatic(Map<String, Path> modules) {
    return modules.values().stream()
        .flatMap(path -> ModuleFinder.of(path).findAll().stream())
        .map(ModuleReference::descriptor)
        .filter(ModuleDescriptor::isAutomatic)
        .map(ModuleDescriptor::name)
        .sorted()
        .toList();
  }

  @Test
  void onlyTheseLibrariesLackADescriptor() {
    Map<String, Path> modules = modules();
    assumeTrue(modules.containsKey(ONNX), "TensorFlow cannot be linked");

    assertThat(automatic(modules))
        .containsExactly(
            "com.microsoft.onnxruntime", "dev.hardwood.core", "jlayer", "webp.imageio");
  }

  @Test
  @Tag("full")
  void anImageClassifiesAPicture() throws Exception {
    Map<String, Path> modules = modules();
    assumeTrue(modules.containsKey(ONNX), "TensorFlow cannot be linked");
    String path = ModulePath.ofThisTest();
    for (String name : automatic(modules)) {
      modules.put(name, described(name, modules.get(name), path));
    }
    String linkable =
        String.join(File.pathSeparator, modules.values().stream().map(Path::toString).toList());
    Path image = folder.resolve("image");
    tool(
        "jlink",
        "--module-path",
        linkable,
        "--add-modules",
        "org.openclip.hub.cli,org.openclip.models," + ONNX,
        "--output",
        image.toString());

    String cat = Fixtures.path("preprocess/images/cat.png").toString();
    String webp = Fixtures.path("preprocess/images/cat-small.webp").toString();

    assertThat(openclip(image, "classify", cat, "a cat", "a dog")).contains("a cat", "%");
    assertThat(openclip(image, "embed", webp)).contains("\"vector\"");
    assertThat(openclip(image, "models")).contains("ViT-B-32");
  }

  /** Returns a copy of a jar with a descriptor that opens all of it. */
  private Path described(String name, Path jar, String path) throws IOException {
    Path generated = folder.resolve("generated");
    tool(
        "jdeps",
        "--multi-release",
        "21",
        "--ignore-missing-deps",
        "--generate-open-module",
        generated.toString(),
        "--module-path",
        path,
        jar.toString());
    Path classes = Files.createDirectories(folder.resolve("classes").resolve(name));
    Path source = generated.resolve(name).resolve("versions/21/module-info.java");
    tool(
        "javac",
        "-p",
        path,
        "--patch-module",
        name + "=" + jar,
        "-d",
        classes.toString(),
        source.toString());
    Path copy = Files.copy(jar, folder.resolve(name + ".jar"));
    tool(
        "jar",
        "--update",
        "--file",
        copy.toString(),
        "-C",
        classes.toString(),
        "module-info.class");
    return copy;
  }

  private static void tool(String name, String... arguments) {
    StringWriter output = new StringWriter();
    PrintWriter writer = new PrintWriter(output);
    int code = ToolProvider.findFirst(name).orElseThrow().run(writer, writer, arguments);
    assertThat(code).as(name + " " + Arrays.toString(arguments) + "\n" + output).isZero();
  }

  private String openclip(Path image, String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                image.resolve("bin/java").toString(),
                "--enable-native-access=com.microsoft.onnxruntime,webp.imageio," + ONNX,
                "-m",
                "org.openclip.hub.cli/org.openclip.hub.cli.Main"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("OPENCLIP_CACHE", folder.resolve("cache").toString());
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
