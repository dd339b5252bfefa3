package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.testkit.DropInPlugin;
import org.openclip.hub.testkit.ModulePath;

/** A jar with a new architecture, dropped beside the others, is all that it takes. */
@Tag("once")
class DropInPluginTest {
  @TempDir static Path folder;
  private static Path jar = Path.of("");

  @BeforeAll
  static void compile() throws IOException {
    jar = DropInPlugin.compile(folder);
  }

  @Test
  void theClassPathBringsTheArchitecture() throws IOException {
    try (URLClassLoader loader =
        new URLClassLoader(
            new URL[] {jar.toUri().toURL()}, DropInPluginTest.class.getClassLoader())) {
      PluginRegistry plugins = PluginRegistry.of(loader);
      ModelBuilder builder = OpenClip.model("Brightness-S").plugins(plugins);
      ModelFolder.write(
          folder.resolve("model"),
          builder.architecture().config(),
          builder.preprocessing(),
          FreshWeights.hash(builder.architecture()));

      try (ClipModel model =
          OpenClip.model("local-dir:" + folder.resolve("model")).plugins(plugins).load()) {
        assertThat(model.architecture().parameters()).containsKey("visual.head.weight");
        assertThat(model.encodePixels(Tensor.of(new float[2 * 3 * 64], 2, 3, 8, 8)).size())
            .isEqualTo(2);
      }
    }
    assertThat(OpenClip.models()).doesNotContain("Brightness-S");
  }

  @Test
  void theModulePathBringsItToAProgram() throws Exception {
    assertThat(run()).contains("modules true").contains("listed true").contains("embedded 1 x 16");
  }

  private static String run() throws Exception {
    Path output = folder.resolve("output.txt");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-p", ModulePath.ofThisTest() + File.pathSeparator + jar));
    command.addAll(List.of("-m", "com.example.brightness/com.example.brightness.Try"));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    String text = Files.readString(output);
    assertThat(process.exitValue()).as(text).isZero();
    return text;
  }
}
