package org.openclip.hub.cli.command.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.testkit.Goldens;
import org.openclip.testkit.Fixtures;

@Tag("once")
class InfoCommandTest {
  @Test
  void aModelOnPaperShowsTowersAndPreprocessing() {
    CommandLineRun run = CommandLineRun.of("info", "ViT-B-32");

    assertThat(run.code()).isZero();
    assertThat(run.lines())
        .anyMatch(line -> line.matches("name +ViT-B-32"))
        .anyMatch(line -> line.matches(" +parameters +151,277,313"))
        .anyMatch(line -> line.matches(" +entries +302"))
        .anyMatch(line -> line.matches(" +tokenizer +clip-bpe"))
        .anyMatch(line -> line.matches(" +interpolation +bicubic"))
        .anyMatch(line -> line.matches(" +patch_size +32"));
    assertThat(run.out()).doesNotContain("visual.proj");
  }

  @Test
  void aTagShowsWhatItBringsWithoutBeingFetched() {
    CommandLineRun run =
        CommandLineRun.of("info", "ViT-B/32", "-p", "OpenAI", "--offline", "-f", "json");

    assertThat(run.code()).as(run.err()).isZero();
    Map<String, Object> facts = run.objects().get(0);
    assertThat(facts).containsEntry("name", "ViT-B-32").containsEntry("pretrained", "OpenAI");
    assertThat(Goldens.map(Goldens.get(facts, "model_cfg"))).containsEntry("quick_gelu", true);
    CommandLineRun other =
        CommandLineRun.of("info", "ViT-B-16-SigLIP", "-p", "webli", "-f", "json");
    assertThat(Goldens.map(Goldens.get(other.objects().get(0), "preprocess_cfg")))
        .containsEntry("resize_mode", "squash");
  }

  @Test
  void theStateDictionaryIsListedOnDemand() {
    CommandLineRun table = CommandLineRun.of("info", "ViT-B-32", "--parameters");
    CommandLineRun json = CommandLineRun.of("info", "ViT-B-32", "--parameters", "-f", "json");

    assertThat(table.lines()).anyMatch(line -> line.matches("visual\\.proj +\\[768, 512\\]"));
    Map<String, Object> entries = Goldens.map(Goldens.get(json.objects().get(0), "state_dict"));
    assertThat(entries).hasSize(302).containsEntry("visual.proj", "[768, 512]");
  }

  @Test
  void aFolderShowsItsCheckpointToo() {
    Path folder = Fixtures.path("checkpoints/vit-float16");

    CommandLineRun run = CommandLineRun.of("info", folder.toString(), "--format=json");

    Map<String, Object> facts = run.objects().get(0);
    assertThat(facts).containsEntry("name", "local-dir:" + folder);
    Map<String, Object> checkpoint = Goldens.map(Goldens.get(facts, "checkpoint"));
    assertThat(checkpoint)
        .containsEntry("file", folder.resolve("open_clip_model.safetensors").toString());
    assertThat(Goldens.map(Goldens.get(checkpoint, "types"))).containsKey("FLOAT16");
  }

  @Test
  void whatIsNotThereIsSaid() {
    CommandLineRun folder = CommandLineRun.of("info", "no/where");
    CommandLineRun nothing = CommandLineRun.of("info");

    assertThat(folder.code()).isEqualTo(1);
    assertThat(folder.err()).contains("there is no model folder no/where");
    assertThat(nothing.code()).isEqualTo(2);
    assertThat(nothing.err()).contains("MODEL");
  }
}
