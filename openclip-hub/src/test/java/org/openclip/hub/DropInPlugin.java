package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * The sources of a plugin as somebody else would write it, a tower that sees only the mean colour,
 * and the way from them to a jar.
 */
public final class DropInPlugin {
  private static final String PACKAGE = "com/example/brightness/";

  private static final Map<String, String> SOURCES =
      Map.of(
          "module-info.java",
          """
          module com.example.brightness {
            requires org.openclip.hub;
            provides org.openclip.api.spi.ImageEncoderProvider
                with com.example.brightness.BrightnessProvider;
            provides org.openclip.api.spi.ModelCatalogueProvider
                with com.example.brightness.BrightnessModels;
          }
          """,
          PACKAGE + "BrightnessProvider.java",
          """
          package com.example.brightness;

          import org.openclip.api.encoder.*;
          import org.openclip.api.spi.ImageEncoderProvider;

          public final class BrightnessProvider implements ImageEncoderProvider {
            @Override public String name() { return "brightness"; }
            @Override public ImageEncoder create(EncoderContext context) {
              return new Brightness(context);
            }
          }
          """,
          PACKAGE + "Brightness.java",
          """
          package com.example.brightness;

          import org.openclip.api.config.ConfigReader;
          import org.openclip.api.encoder.*;
          import org.openclip.api.graph.*;

          final class Brightness implements ImageEncoder {
            private final int size;
            private final int embedDim;

            Brightness(EncoderContext context) {
              ConfigReader reader = new ConfigReader("vision_cfg", context.config());
              reader.ignore("encoder");
              size = reader.integer("image_size", 32);
              reader.finish();
              embedDim = context.embedDim();
            }

            @Override public int height() { return size; }
            @Override public int width() { return size; }

            @Override public Encoded encode(GraphBuilder g, Value pixels) {
              Value colour = g.reduce(pixels, ArithmeticOp.Reduction.MEAN, 2, 3);
              return new Encoded(Layers.linear(g, "head", colour, embedDim), null);
            }
          }
          """,
          PACKAGE + "BrightnessModels.java",
          """
          package com.example.brightness;

          import java.io.InputStream;
          import java.util.*;
          import org.openclip.api.spi.ModelCatalogueProvider;

          public final class BrightnessModels implements ModelCatalogueProvider {
            @Override public String name() { return "brightness"; }
            @Override public SequencedSet<String> models() {
              return new LinkedHashSet<>(List.of("Brightness-S"));
            }
            @Override public InputStream open(String model) {
              return BrightnessModels.class.getResourceAsStream(model + ".json");
            }
          }
          """,
          PACKAGE + "Try.java",
          """
          package com.example.brightness;

          import java.util.List;
          import org.openclip.api.model.*;
          import org.openclip.api.tensor.Tensor;
          import org.openclip.hub.*;

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
          """);

  private static final String CONFIG =
      """
      {
        "embed_dim": 16,
        "vision_cfg": {"encoder": "brightness", "image_size": 8},
        "text_cfg": {"context_length": 16, "vocab_size": 64, "width": 16, "heads": 2, "layers": 1}
      }
      """;

  private DropInPlugin() {}

  /** Compiles the plugin against the class path of this test and packs it into a jar. */
  public static Path compile(Path folder) throws IOException {
    Path sources = folder.resolve("src");
    Path classes = Files.createDirectories(folder.resolve("classes"));
    List<String> files = new ArrayList<>();
    for (Map.Entry<String, String> source : SOURCES.entrySet()) {
      Path file = sources.resolve(source.getKey());
      Files.createDirectories(file.getParent());
      files.add(Files.writeString(file, source.getValue()).toString());
    }
    Path services = Files.createDirectories(classes.resolve("META-INF/services"));
    Files.writeString(
        services.resolve("org.openclip.api.spi.ImageEncoderProvider"),
        "com.example.brightness.BrightnessProvider");
    Files.writeString(
        services.resolve("org.openclip.api.spi.ModelCatalogueProvider"),
        "com.example.brightness.BrightnessModels");
    Path config = classes.resolve(PACKAGE + "Brightness-S.json");
    Files.createDirectories(config.getParent());
    Files.writeString(config, CONFIG);

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
