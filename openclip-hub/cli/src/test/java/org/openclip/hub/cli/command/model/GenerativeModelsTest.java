package org.openclip.hub.cli.command.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.audio.Audio;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.generative.GenerativeModel;
import org.openclip.hub.testkit.Goldens;

/** Generative models by their names. */
class GenerativeModelsTest {
  @TempDir Path folder;

  @Test
  void generativeModelsHaveATableOfTheirOwn() {
    CommandLineRun models = CommandLineRun.of("models", "naflexgen*");
    CommandLineRun json = CommandLineRun.of("models", "naflexgenlip_test", "--format", "json");

    assertThat(models.lines()).hasSize(1 + 8);
    assertThat(models.lines().get(0)).startsWith("model ").contains("reads");
    assertThat(models.lines()).anyMatch(line -> line.matches("naflexgenlip_b16 .* images +256 .*"));
    assertThat(models.lines()).anyMatch(line -> line.matches("naflexgenlap_b.* sounds +63 .*"));
    assertThat(json.objects().get(0))
        .containsEntry("parameters", 6562336)
        .containsEntry("reads", "images");
  }

  @Test
  void infoShowsThePatches() {
    CommandLineRun info = CommandLineRun.of("info", "naflexgenlap_test_2d", "-f", "json");

    Map<String, Object> facts = info.objects().get(0);
    assertThat(Goldens.map(Goldens.get(facts, "prefix")))
        .containsEntry("reads", "sounds")
        .containsEntry("patch_numbers", 128);
    assertThat(Goldens.map(Goldens.get(facts, "text"))).containsEntry("tokenizer", "tiktoken");
  }

  @Test
  void anUntrainedFolderHasTheCopiesAndCanBeOpened() {
    Path images = folder.resolve("images");
    Path sounds = folder.resolve("sounds");

    CommandLineRun lip = CommandLineRun.of("init", "naflexgenlip_test", images.toString());
    CommandLineRun lap = CommandLineRun.of("init", "naflexgenlap_test_1d", sounds.toString());

    assertThat(lip.code()).as(lip.err()).isZero();
    assertThat(lap.code()).as(lap.err()).isZero();
    try (var weights =
        Checkpoints.open(images.resolve("open_clip_model.safetensors"), PluginRegistry.create())) {
      assertThat(weights.names()).contains("visual.trunk.ln_post.bias", "trunk.ln_post.bias");
    }
    try (GenerativeModel model = GenerativeModel.builder("local-dir:" + sounds).load()) {
      assertThat(model.encodeSounds(List.of(new Audio(new float[48000], 48000))).width())
          .isEqualTo(64);
    }
  }

  @Test
  void otherCommandsSayThatTheModelIsGenerative() {
    String model = folder.resolve("refused").toString();
    CommandLineRun.of("init", "naflexgenlip_test", model);

    CommandLineRun export = CommandLineRun.of("export", "--model", model, folder + "/out");

    assertThat(export.code()).isEqualTo(1);
    assertThat(export.err())
        .contains("refused is a generative model, which cannot be used here")
        .contains("GenerativeModel");
  }
}
