package org.openclip.hub.cli.command.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.OpenClip;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.checkpoint.SafetensorsWriter;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.model.ModelFolder;

/** {@code openclip convert --force-context-length N --stretch}. */
@Tag("once")
class ConvertStretchTest {
  private static final String CONFIG =
      """
      {"model_cfg": {"embed_dim": 16,
        "vision_cfg": {"image_size": 16, "layers": 1, "width": 16, "head_width": 16,
          "patch_size": 8},
        "text_cfg": {"context_length": 24, "vocab_size": 49408, "width": 16, "heads": 1,
          "layers": 2}}}
      """;

  @TempDir Path folder;

  private Path checkpoint() throws IOException {
    Path model = Files.createDirectories(folder.resolve("model"));
    Files.writeString(model.resolve(ModelFolder.CONFIG), CONFIG);
    Architecture architecture = OpenClip.model("local-dir:" + model).architecture();
    Path file = model.resolve(ModelFolder.CHECKPOINT);
    SafetensorsWriter.write(file, FreshWeights.hash(architecture), java.util.Map.of());
    return file;
  }

  private CommandLineRun convert(Path file, String output, String... more) {
    List<String> arguments =
        new java.util.ArrayList<>(
            List.of("convert", file.toString(), folder.resolve(output).toString()));
    arguments.addAll(List.of("--model", "local-dir:" + folder.resolve("model")));
    arguments.addAll(List.of(more));
    return CommandLineRun.of(arguments.toArray(String[]::new));
  }

  @Test
  void shortTextsKeepTheirFeatures() throws IOException {
    Path file = checkpoint();
    CommandLineRun run = convert(file, "long", "--force-context-length", "36", "--stretch");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(convert(file, "linear", "--force-context-length", "36").code()).isZero();

    String shortText = "a photo of a small cat on a mat";
    String longText = "a cat and ".repeat(9);
    Embeddings before = embed("model", shortText, longText);
    Embeddings stretched = embed("long", shortText, longText);
    Embeddings linear = embed("linear", shortText, longText);
    assertThat(cosine(before, stretched, 0)).isGreaterThan(0.999999);
    assertThat(cosine(before, linear, 0)).isLessThan(0.9999);
    // 29 tokens: the old context cut them after 24.
    assertThat(cosine(before, stretched, 1)).isLessThan(0.9999);
    try (Weights weights =
        Checkpoints.open(
            folder.resolve("long").resolve(ModelFolder.CHECKPOINT), PluginRegistry.create())) {
      assertThat(weights.get("positional_embedding").shape()).containsExactly(36, 16);
    }
    assertThat(folder.resolve("long").resolve(ModelFolder.CONFIG))
        .content()
        .containsPattern("\"context_length\"\\s*:\\s*36");
  }

  private Embeddings embed(String model, String... texts) {
    try (ClipModel loaded = OpenClip.model("local-dir:" + folder.resolve(model)).load()) {
      return loaded.encodeTexts(List.of(texts));
    }
  }

  private static double cosine(Embeddings one, Embeddings other, int row) {
    double product = 0;
    double a = 0;
    double b = 0;
    for (int i = 0; i < one.width(); i++) {
      product += (double) one.row(row)[i] * other.row(row)[i];
      a += (double) one.row(row)[i] * one.row(row)[i];
      b += (double) other.row(row)[i] * other.row(row)[i];
    }
    return product / Math.sqrt(a * b);
  }

  @Test
  void otherLengthsAreRefused() throws IOException {
    Path file = checkpoint();
    assertThat(convert(file, "bad", "--force-context-length", "40", "--stretch").err())
        .contains("a context of 36 tokens from one of 24, not of 40");
    assertThat(convert(file, "bad", "--stretch").err()).contains("needs --force-context-length");
    assertThat(
            CommandLineRun.of("convert", file.toString(), "x", "--force-context-length", "36")
                .err())
        .contains("needs --model");
    assertThat(folder.resolve("bad")).doesNotExist();
  }
}
