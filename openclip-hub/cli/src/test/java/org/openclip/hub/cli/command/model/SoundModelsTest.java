package org.openclip.hub.cli.command.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.audio.Audio;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.audio.ClapModel;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.testkit.Goldens;
import org.openclip.hub.testkit.TinyCatalogue;

/** Models of sound and text by their names. */
class SoundModelsTest {
  private static final String TINY = "tiny-clap";

  @TempDir static Path folder;
  private static PluginRegistry plugins;

  @BeforeAll
  static void findPlugins() throws IOException {
    plugins = TinyCatalogue.plugins(folder.resolve("plugin"));
  }

  private static CommandLineRun run(String... arguments) {
    return CommandLineRun.with(plugins, false, arguments);
  }

  @Test
  void modelsOfSoundHaveATableOfTheirOwn() {
    CommandLineRun all = CommandLineRun.of("models", "CLAP-*", "ViT-B-32-plus");
    CommandLineRun sounds = CommandLineRun.of("models", "whisper");

    assertThat(all.lines()).contains("").hasSize(3 + 10);
    assertThat(all.lines().get(3)).startsWith("model ").contains("audio M").contains("seconds");
    assertThat(all.lines().subList(4, 13))
        .allMatch(line -> line.matches("CLAP-\\S+( +\\d+\\.\\d\\d){6} +[13]0\\.0 .*"), "six sizes");
    assertThat(sounds.lines()).hasSize(4).noneMatch(line -> line.contains("pixels"));
    assertThat(sounds.lines().get(1)).endsWith(" 30.0  16000      77    768     0");
  }

  @Test
  void theirSizesAndTagsAreListedAsJson() {
    CommandLineRun models =
        CommandLineRun.of("models", "CLAP-HTSAT-tiny-Roberta-base", "--format", "json");

    Map<String, Object> first = models.objects().get(0);
    assertThat(first)
        .containsEntry("name", "CLAP-HTSAT-tiny-Roberta-base")
        .containsEntry("sample_rate", 48000)
        .containsEntry("clip_samples", 480000)
        .containsEntry("pretrained", List.of("laion"))
        .doesNotContainKey("image_parameters");
  }

  @Test
  void infoShowsTheAudioTower() {
    CommandLineRun json = CommandLineRun.of("info", "CLAP-Whisper-tiny-Roberta-base", "-f", "json");
    CommandLineRun table = CommandLineRun.of("info", "CLAP-HTSAT-tiny", "--parameters");

    Map<String, Object> facts = json.objects().get(0);
    assertThat(Goldens.map(Goldens.get(facts, "audio_tower")))
        .containsEntry("sample_rate", 16000)
        .containsEntry("bands", 80)
        .containsEntry("frames", 3000);
    assertThat(facts).doesNotContainKeys("image_tower", "preprocess_cfg");
    assertThat(table.lines())
        .anyMatch(line -> line.matches("audio\\.proj\\.2\\.bias +\\[768\\]"))
        .anyMatch(line -> line.matches(" +model_type +HTSAT"));
  }

  @Test
  void anUntrainedFolderCanBeOpened() {
    Path target = folder.resolve("fresh");

    CommandLineRun init = run("init", TINY, target.toString());
    CommandLineRun random = run("init", TINY, folder + "/random", "--weights", "random");
    CommandLineRun info = run("info", target.toString(), "-f", "json");

    assertThat(init.code()).as(init.err()).isZero();
    assertThat(random.code()).as(random.err()).isZero();
    assertThat(init.out()).contains("its results are meaningless");
    assertThat(info.objects().get(0)).containsKeys("audio_tower", "checkpoint");
    try (ClapModel model = ClapModel.load(target)) {
      Embeddings sound = model.encode(List.of(new Audio(new float[] {0.5f, -0.5f}, 8000)));
      Embeddings texts = model.encodeTexts(List.of("a dog barks", "rain"));

      assertThat(model.probabilities(sound, texts)).hasDimensions(1, 2);
      assertThat(model.weightsMetadata()).containsEntry("openclip.untrained", "recipe hash");
    }
  }

  @Test
  void weightsAreNamed() {
    CommandLineRun none = run("download", TINY);
    CommandLineRun wrong = run("download", "CLAP-HTSAT-tiny", "-p", "laion");
    CommandLineRun name = run("info", "CLAP-HTSAT-tinny");

    assertThat(none.err()).contains("model tiny-clap has no weights; set pretrained to the path");
    assertThat(wrong.err()).contains("This tag exists for CLAP-HTSAT-tiny-Roberta-base");
    assertThat(name.err()).contains("CLAP-HTSAT-tinny").contains("CLAP-HTSAT-tiny");
  }

  @Test
  void commandsOnPicturesSayThatTheModelIsOfSound() {
    Path target = folder.resolve("refused");
    run("init", TINY, target.toString());

    CommandLineRun export = run("export", "--model", target.toString(), folder + "/out");
    CommandLineRun caption = run("caption", "--model", target.toString(), "cat.png");

    assertThat(export.code()).isEqualTo(1);
    assertThat(export.err())
        .contains(target + " is a model of sound and text (CLAP), which cannot be used here")
        .contains("use the commands classify, similarity and embed");
    assertThat(caption.code()).isEqualTo(1);
  }
}
