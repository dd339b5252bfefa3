package org.openclip.hub.cli.command.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.OpenClip;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.cli.Main;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.testkit.TinyCatalogue;

/** {@code openclip convert} of a checkpoint whose activation its tensors do not tell. */
class ConvertActivationTest {
  @TempDir Path folder;
  private PluginRegistry plugins = PluginRegistry.create();
  private Path file = Path.of("");

  /** Writes a tiny model as transformers holds it, and takes the configuration away. */
  @BeforeEach
  void writeWeights() throws IOException {
    plugins = TinyCatalogue.plugins(folder.resolve("plugin"));
    ModelBuilder tiny = OpenClip.model("tiny-16").plugins(plugins);
    Path clip = folder.resolve("clip");
    tiny.weights(FreshWeights.hash(tiny.architecture()).toWeights()).saveTransformers(clip, null);
    file = clip.resolve("model.safetensors");
    Files.delete(clip.resolve("config.json"));
    Files.delete(clip.resolve("preprocessor_config.json"));
  }

  private ModelBuilder tiny() {
    return OpenClip.model("tiny-16").plugins(plugins).pretrained(file.toString());
  }

  private ModelBuilder converted(Path made) {
    return OpenClip.model("local-dir:" + made).plugins(plugins);
  }

  private static float[] features(ModelBuilder builder) {
    try (ClipModel model = builder.load()) {
      return model.encodeTexts(List.of("a cat in the snow")).row(0);
    }
  }

  private CommandLineRun run(String... arguments) {
    return CommandLineRun.with(plugins, false, arguments);
  }

  @Test
  void theActivationIsWrittenDown() throws IOException {
    Path made = folder.resolve("made");
    String[] command = {"convert", file.toString(), made.toString(), "--model", "tiny-16"};

    CommandLineRun untold = run(command);
    assertThat(untold.code()).isEqualTo(Main.FAILURE);
    assertThat(untold.err()).contains("put its config.json into the same folder");
    assertThat(made).doesNotExist();

    Path config = file.resolveSibling("config.json");
    Files.writeString(
        config,
        """
        {"model_type": "clip", "text_config": {"hidden_act": "quick_gelu"},
         "vision_config": {"hidden_act": "quick_gelu", "patch_size": 8}}
        """);
    CommandLineRun told = run(command);
    assertThat(told.code()).as(told.err()).isZero();
    assertThat(features(converted(made))).isEqualTo(features(tiny()));
    assertThat(converted(made).architecture().config().quickGelu()).isTrue();

    Files.delete(config);
    CommandLineRun set =
        run(
            "convert",
            file.toString(),
            made.toString(),
            "-m",
            "tiny-16",
            "--force",
            "--set",
            "quick_gelu=false");
    assertThat(set.code()).as(set.err()).isZero();
    assertThat(converted(made).architecture().config().quickGelu()).isFalse();
  }
}
