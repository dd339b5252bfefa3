package org.openclip.hub.cli.command.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.io.JsonObjects;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.testkit.TinyModels;
import org.openclip.testkit.Fixtures;

/** The way from a model to a folder of 8 bits, which other commands load. */
@Tag("once")
class QuantizeCommandTest {
  private static final String PICTURE =
      Fixtures.path("preprocess/images/cat-small-444.jpg").toString();

  @TempDir static Path folder;
  private static Path model;
  private static Path small;
  private static Path labels;
  private static CommandLineRun made;

  @BeforeAll
  static void quantize() throws IOException {
    model = folder.resolve("model");
    small = folder.resolve("small");
    labels = Files.writeString(folder.resolve("labels.txt"), "a cat\na dog\na diagram\n");
    TinyModels.write(model);
    made =
        run(
            "quantize",
            model.toString(),
            "-o",
            small.toString(),
            "--backend",
            "onnx",
            "--report",
            "--calibrate",
            PICTURE,
            "--texts",
            labels.toString(),
            "--least",
            "0.9");
  }

  private static CommandLineRun run(String... arguments) {
    return CommandLineRun.of(arguments);
  }

  private static CommandLineRun embed(Path from, String... more) {
    List<String> arguments = new ArrayList<>(List.of("embed", "-m", from.toString()));
    arguments.addAll(List.of(more));
    arguments.add(PICTURE);
    return run(arguments.toArray(String[]::new));
  }

  private static double cosine(CommandLineRun some, CommandLineRun others) {
    List<?> a = (List<?>) some.objects().get(0).get("vector");
    List<?> b = (List<?>) others.objects().get(0).get("vector");
    double product = 0;
    double lengths = 0;
    double lengths2 = 0;
    for (int i = 0; i < a.size(); i++) {
      double x = ((Number) a.get(i)).doubleValue();
      double y = ((Number) b.get(i)).doubleValue();
      product += x * y;
      lengths += x * x;
      lengths2 += y * y;
    }
    return product / Math.sqrt(lengths * lengths2);
  }

  @Test
  void theFolderHasItsReportAndTheTowersInATable() throws IOException {
    assertThat(made.code()).as(made.err()).isZero();
    assertThat(made.out()).contains("cosine mean").contains("image").contains("text");
    assertThat(made.out()).contains("the same label (of 3) for");
    assertThat(small).isDirectoryContaining("glob:**/tokenizer.json");
    Map<String, Object> report = JsonObjects.read(small.resolve(QuantizeCommand.REPORT));
    assertThat(report).containsKeys("image_tower", "text_tower", "same_label", "processor");
    assertThat(Files.size(small.resolve(ModelFolder.CHECKPOINT)))
        .isLessThan(Files.size(model.resolve(ModelFolder.CHECKPOINT)));
  }

  @Test
  void otherCommandsLoadItInEightBitsUnlessToldOtherwise() {
    CommandLineRun exact = embed(model, "--backend", "onnx");
    CommandLineRun rounded = embed(small, "--backend", "onnx");
    CommandLineRun asked = embed(model, "--backend", "onnx", "--precision", "int8");
    CommandLineRun widened = embed(small, "--backend", "onnx", "--precision", "fp32");

    assertThat(rounded.code()).as(rounded.err()).isZero();
    assertThat(cosine(exact, rounded)).isBetween(0.98, 0.9999999);
    assertThat(rounded.out()).isEqualTo(asked.out()).isNotEqualTo(widened.out());
    assertThat(cosine(exact, widened)).isBetween(0.98, 0.9999999);
  }

  @Test
  void anotherVersionIsRefused() throws IOException {
    Path other = folder.resolve("other");
    Files.createDirectories(other);
    for (String file : List.of(ModelFolder.CONFIG, ModelFolder.CHECKPOINT)) {
      Files.copy(small.resolve(file), other.resolve(file));
    }
    Path config = other.resolve(ModelFolder.CONFIG);
    String newer = Files.readString(config).replaceFirst("\"version\" : 1", "\"version\" : 2");
    Files.writeString(config, newer);

    CommandLineRun refused = embed(other);

    assertThat(refused.code()).isNotZero();
    assertThat(refused.err())
        .contains(config.toString())
        .contains("version 2")
        .contains("reads format version 1")
        .contains("openclip quantize");
  }

  @Test
  void aFileWithoutItsVersionIsRefused() throws IOException {
    Path other = folder.resolve("unversioned");
    Files.createDirectories(other);
    Files.copy(small.resolve(ModelFolder.CONFIG), other.resolve(ModelFolder.CONFIG));
    byte[] bytes = Files.readAllBytes(small.resolve(ModelFolder.CHECKPOINT));
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    Files.write(
        other.resolve(ModelFolder.CHECKPOINT),
        text.replaceFirst("openclip.quantization.version", "openclip.quantization.revision")
            .replaceFirst("}} ", "}}")
            .getBytes(StandardCharsets.ISO_8859_1));

    CommandLineRun refused = embed(other);

    assertThat(refused.code()).isNotZero();
    assertThat(refused.err()).contains("in version (none)");
  }

  @Test
  void badInputIsToldApart() throws IOException {
    Path empty = Files.createDirectories(folder.resolve("empty"));
    String pictures = Fixtures.path("preprocess/images").toString();

    assertThat(run("quantize", model.toString()).err()).contains("--output").contains("--report");
    assertThat(run("quantize", model.toString(), "--report", "--calibrate", pictures).err())
        .contains("--report needs labels")
        .contains("--texts");
    assertThat(
            run(
                    "quantize",
                    model.toString(),
                    "-o",
                    folder.resolve("x").toString(),
                    "--calibrate",
                    empty.toString())
                .err())
        .contains("contains no pictures");
    assertThat(run("quantize", model.toString(), "-o", small.toString()).err())
        .contains("already contains a model");
    assertThat(run("quantize", small.toString(), "-o", folder.resolve("y").toString()).err())
        .contains("have 8 bits");
    assertThat(
            run("convert", small.toString(), folder.resolve("z").toString(), "--to", "transformers")
                .err())
        .contains("have 8 bits");
  }
}
