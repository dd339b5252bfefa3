package org.openclip.hub.cli.command.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.testkit.DropInPlugin;
import org.openclip.testkit.Fixtures;

/** The folders are of a plugin's model, for none of the built-in ones is small. */
@Tag("once")
class InitCommandTest {
  private static final String MODEL = "Brightness-S";

  @TempDir static Path folder;
  private static URLClassLoader loader;
  private static PluginRegistry plugins;

  @BeforeAll
  static void compilePlugin() throws IOException {
    URL jar = DropInPlugin.compile(folder.resolve("plugin")).toUri().toURL();
    loader = new URLClassLoader(new URL[] {jar}, InitCommandTest.class.getClassLoader());
    plugins = PluginRegistry.of(loader);
  }

  @AfterAll
  static void closePlugin() throws IOException {
    loader.close();
  }

  private static CommandLineRun run(String... arguments) {
    return CommandLineRun.with(plugins, false, arguments);
  }

  private static byte[] weights(Path target) throws IOException {
    return Files.readAllBytes(target.resolve(ModelFolder.CHECKPOINT));
  }

  @Test
  void theFolderLoadsAndIsSaidToBeUntrained() throws IOException {
    Path target = folder.resolve("fresh");

    CommandLineRun init = run("init", MODEL, target.toString());
    CommandLineRun vectors =
        run(
            "embed",
            "-m",
            target.toString(),
            Fixtures.path("preprocess/images/tiny.png").toString());
    CommandLineRun info = run("info", target.toString());

    assertThat(init.code()).as(init.err()).isZero();
    assertThat(init.out()).contains(target.toString()).contains("its results are meaningless");
    assertThat(vectors.code()).as(vectors.err()).isZero();
    assertThat(vectors.objects()).hasSize(1);
    assertThat(vectors.err())
        .isEqualTo(
            "openclip: note: the weights in %s are untrained (recipe hash); the results are meaningless%n"
                .formatted(target));
    assertThat(info.out()).contains("openclip.untrained").contains("recipe hash");
  }

  @Test
  void theSameSeedGivesTheSameWeights() throws IOException {
    Path one = folder.resolve("one");
    Path same = folder.resolve("same");
    Path other = folder.resolve("other");
    run("init", MODEL, one.toString(), "--weights", "random", "--seed", "7");
    run("init", MODEL, same.toString(), "--weights", "random", "--seed", "7");
    run("init", MODEL, other.toString(), "--weights", "random", "--seed", "8");

    assertThat(weights(same)).isEqualTo(weights(one));
    assertThat(weights(other)).isNotEqualTo(weights(one));
  }

  @Test
  void aModelThatIsThereIsLeftUnlessForced() throws IOException {
    Path target = folder.resolve("kept");
    run("init", MODEL, target.toString());
    byte[] before = weights(target);

    CommandLineRun again = run("init", MODEL, target.toString(), "--weights", "random");
    assertThat(again.code()).isZero();
    assertThat(again.out()).contains("already contains a model").contains("--force");
    assertThat(weights(target)).isEqualTo(before);

    CommandLineRun forced = run("init", MODEL, target.toString(), "--weights=random", "--force");
    assertThat(forced.code()).isZero();
    assertThat(weights(target)).isNotEqualTo(before);
  }

  @Test
  void anUnknownModelIsRefusedBeforeAnythingIsWritten() {
    Path target = folder.resolve("unknown");

    CommandLineRun run = run("init", "ViT-B33", target.toString());

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("unknown model 'ViT-B33'; did you mean ");
    assertThat(target).doesNotExist();
  }
}
