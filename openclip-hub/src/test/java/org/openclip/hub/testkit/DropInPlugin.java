package org.openclip.hub.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * The plugin of docs/plugins.md as it stands there, a tower that sees only the mean colour, and the
 * way from its files to a jar.
 */
public final class DropInPlugin {
  private static final Path PAGE = Project.path("docs/plugins.md");

  /** A file's name on a line of its own, and behind it what is in the file. */
  private static final Pattern FILE =
      Pattern.compile("\\n`([^`\\n]+)`\\n\\n```\\w*\\n(.*?)```\\n", Pattern.DOTALL);

  private static final String TRY =
      """
      package com.example.brightness;

      import java.util.List;
      import org.openclip.api.model.*;
      import org.openclip.api.tensor.Tensor;
      import org.openclip.hub.*;
      import org.openclip.hub.model.FreshWeights;

      public final class Try {
        public static void main(String[] arguments) {
          System.out.println("modules " + Try.class.getModule().isNamed());
          System.out.println("listed " + OpenClip.models().contains("Brightness-S"));
          ModelBuilder builder = OpenClip.model("Brightness-S");
          builder.weights(FreshWeights.hash(builder.architecture()).toWeights());
          try (ClipModel model = builder.load()) {
            Embeddings e = model.encodePixels(Tensor.of(new float[3 * 64], 1, 3, 8, 8));
            System.out.println("embedded " + e.size() + " x " + e.width());
          }
        }
      }
      """;

  private DropInPlugin() {}

  /** Returns the files of the page by name, and a program that tries the plugin out. */
  private static Map<String, String> files() throws IOException {
    Map<String, String> files = new TreeMap<>();
    Matcher matcher = FILE.matcher(Files.readString(PAGE));
    while (matcher.find()) {
      files.put(matcher.group(1), matcher.group(2));
    }
    assertThat(files).hasSize(7);
    files.put("com/example/brightness/Try.java", TRY);
    return files;
  }

  /** Compiles the plugin against the class path of this test and packs it into a jar. */
  public static Path compile(Path folder) throws IOException {
    Path sources = folder.resolve("src");
    Path classes = folder.resolve("classes");
    List<String> files = new ArrayList<>();
    for (Map.Entry<String, String> entry : files().entrySet()) {
      boolean java = entry.getKey().endsWith(".java");
      Path file = (java ? sources : classes).resolve(entry.getKey());
      Files.createDirectories(file.getParent());
      Files.writeString(file, entry.getValue());
      if (java) {
        files.add(file.toString());
      }
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    List<String> options =
        List.of("--release", "21", "-d", classes.toString(), "-p", ModulePath.ofThisTest());
    boolean compiled =
        compiler
            .getTask(
                messages,
                null,
                null,
                options,
                null,
                compiler
                    .getStandardFileManager(null, null, null)
                    .getJavaFileObjects(files.toArray(String[]::new)))
            .call();
    assertThat(compiled).as(messages.toString()).isTrue();
    return jar(classes, folder.resolve("brightness.jar"));
  }

  /** Packs a folder into a jar. */
  public static Path jar(Path classes, Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file);
        JarOutputStream jar = new JarOutputStream(out);
        Stream<Path> files = Files.walk(classes)) {
      for (Path each : files.filter(Files::isRegularFile).sorted().toList()) {
        jar.putNextEntry(new JarEntry(classes.relativize(each).toString().replace('\\', '/')));
        Files.copy(each, jar);
        jar.closeEntry();
      }
    }
    return file;
  }
}
