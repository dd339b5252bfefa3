package org.openclip.hub.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.io.JsonObjects;

/** {@code openclip inspect} and {@code openclip convert}. */
@Tag("once")
class CheckpointCommandsTest {
  private static final String TORCH = golden("checkpoints/torch/epoch_3.pt");
  private static final String SAFETENSORS = golden("checkpoints/vit/open_clip_model.safetensors");

  @TempDir Path folder;

  private static String golden(String name) {
    return Path.of(System.getProperty("openclip.golden"), name).toString();
  }

  private static Weights open(Path file) {
    return Checkpoints.open(file, PluginRegistry.create());
  }

  @Test
  void inspectTellsWhatAFileHolds() {
    CommandLineRun run = CommandLineRun.of("inspect", TORCH, "--format", "json", "--tensors");

    Map<String, Object> facts = JsonObjects.parse("out", 0, run.out().strip().getBytes(UTF_8));
    assertThat(run.code()).isZero();
    assertThat(facts)
        .containsEntry("format", "torch")
        .containsEntry("tensors", 86)
        .containsEntry("types", Map.of("FLOAT32", 86));
    assertThat(facts.get("state_dict"))
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
        .containsEntry("module.positional_embedding", "FLOAT32[16, 48]");
  }

  @Test
  void inspectNamesTheModelsThatAreMade() throws IOException {
    Path model = folder.resolve("model");
    assertThat(CommandLineRun.of("init", "ViT-S-32-alt", model.toString()).code()).isZero();

    CommandLineRun run =
        CommandLineRun.of("inspect", model.resolve("open_clip_model.safetensors").toString());

    assertThat(run.out()).containsPattern("ViT-S-32-alt +fits");
    assertThat(CommandLineRun.of("info", "local-dir:" + model).code()).isZero();
    // The same file under another model's name: the error says whose it is.
    CommandLineRun wrong =
        CommandLineRun.of(
            "classify",
            golden("preprocess/images/cat-small.png"),
            "a cat",
            "a dog",
            "--model",
            "ViT-B-32",
            "--pretrained",
            model.resolve("open_clip_model.safetensors").toString());
    assertThat(wrong.code()).isEqualTo(1);
    assertThat(wrong.err()).contains("does not fit ViT-B-32").contains("weights of ViT-S-32-alt");
  }

  @Test
  void convertTurnsATrainingCheckpointIntoPlainTensors() {
    Path file = folder.resolve("plain.safetensors");

    CommandLineRun run = CommandLineRun.of("convert", TORCH, file.toString());

    assertThat(run.code()).as(run.err()).isZero();
    try (Weights converted = open(file);
        Weights expected = open(Path.of(SAFETENSORS))) {
      assertThat(converted.names()).hasSameSizeAs(expected.names());
      for (String name : expected.names()) {
        assertThat(converted.get("module." + name).data())
            .as(name)
            .isEqualTo(expected.get(name).data());
      }
    }
  }

  @Test
  void convertRoundsToHalf() {
    Path file = folder.resolve("half.safetensors");

    assertThat(
            CommandLineRun.of("convert", SAFETENSORS, file.toString(), "--precision", "fp16")
                .code())
        .isZero();

    try (Weights converted = open(file);
        Weights expected =
            open(Path.of(golden("checkpoints/vit-float16/open_clip_model.safetensors")))) {
      for (String name : expected.names()) {
        assertThat(converted.get(name).type()).isEqualTo(DataType.FLOAT16);
        assertThat(converted.get(name).data()).as(name).isEqualTo(expected.get(name).data());
      }
    }
    Path upper = folder.resolve("upper.safetensors");
    CommandLineRun.of("convert", SAFETENSORS, upper.toString(), "--precision", "bf16");
    try (Weights converted = open(upper);
        Weights expected =
            open(Path.of(golden("checkpoints/vit-bfloat16/open_clip_model.safetensors")))) {
      for (String name : expected.names()) {
        assertThat(converted.get(name).data()).as(name).isEqualTo(expected.get(name).data());
      }
    }
  }

  @Test
  void convertLeavesWhatIsThere() throws IOException {
    Path file = Files.writeString(folder.resolve("mine.safetensors"), "mine");

    CommandLineRun run = CommandLineRun.of("convert", SAFETENSORS, file.toString());

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--force");
    assertThat(file).hasContent("mine");
  }

  @Test
  void convertMakesAModelFolder() throws IOException {
    Path model = folder.resolve("made");
    assertThat(CommandLineRun.of("init", "ViT-S-32-alt", model.toString()).code()).isZero();
    Path copy = folder.resolve("copy");

    CommandLineRun run =
        CommandLineRun.of(
            "convert",
            model.resolve("open_clip_model.safetensors").toString(),
            copy.toString(),
            "--model",
            "ViT-S-32-alt",
            "--precision",
            "bf16");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(copy.resolve("open_clip_config.json")).exists();
    assertThat(Files.size(copy.resolve("open_clip_model.safetensors"))).isLessThan(130_000_000);
  }
}
