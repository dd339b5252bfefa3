package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.OpenClip;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.io.JsonObjects;
import org.openclip.train.command.ColouredShapes.Run;
import org.openclip.train.evaluation.ClassifierHead;

/** Fine-tuning and linear probes of a model that has learnt a little. */
class FinetuneCommandTest {
  @TempDir static Path folder;

  private static Path model;

  @BeforeAll
  static void trainALittle() throws IOException {
    ColouredShapes.model(folder.resolve("model"));
    Path few = ColouredShapes.pictures(folder.resolve("few"), 8, 1);
    ColouredShapes.pictures(folder.resolve("train"), 32, 2);
    ColouredShapes.pictures(folder.resolve("val"), 12, 3);
    ColouredShapes.table(few, folder.resolve("few.csv"));
    Run run =
        Run.of(
            "train",
            "--model",
            "local-dir:" + folder.resolve("model"),
            "--train-data",
            folder.resolve("few.csv").toString(),
            "--batch-size",
            "16",
            "--epochs",
            "8",
            "--lr",
            "1e-3",
            "--warmup",
            "10",
            "--workers",
            "2",
            "--precision",
            "fp32",
            "--save-frequency",
            "8",
            "--logs",
            folder.resolve("logs").toString(),
            "--name",
            "little");
    assertThat(run.code()).as(run.err()).isZero();
    model = folder.resolve("logs/little/checkpoints/epoch_8");
  }

  private static Run finetune(String output, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "finetune",
                "-m",
                model.toString(),
                "--train-folder",
                folder.resolve("train").toString(),
                "--template",
                "a {}",
                "--warmup",
                "5",
                "--lr",
                "1e-3",
                "-o",
                folder.resolve(output).toString()));
    arguments.addAll(List.of(more));
    return Run.of(arguments.toArray(String[]::new));
  }

  private static List<Map<String, Object>> json(String lines) {
    return lines
        .lines()
        .map(
            line ->
                JsonObjects.parse(
                    "line", 0, line.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
        .toList();
  }

  private static double number(Map<String, Object> json, String name) {
    return ((Number) json.get(name)).doubleValue();
  }

  private static Weights open(Path folder) {
    return Checkpoints.open(folder.resolve("open_clip_model.safetensors"), PluginRegistry.create());
  }

  private static Path picture() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("val/red_dot"))) {
      return files.sorted().findFirst().orElseThrow();
    }
  }

  @Test
  void fineTuningTeachesAndItsMixturesAreReported() throws IOException {
    Run run =
        finetune(
            "tuned",
            "--val-folder",
            folder.resolve("val").toString(),
            "--epochs",
            "12",
            "--batch-size",
            "32",
            "--alpha",
            "0,0.5,1",
            "-f",
            "json");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).contains("step 72/72").contains("accuracy");
    List<Map<String, Object>> results = json(run.out());
    assertThat(results).hasSize(3);
    assertThat(number(results.get(2), "alpha")).isEqualTo(1);
    assertThat(number(results.get(2), "top1"))
        .isGreaterThan(number(results.get(0), "top1") + 0.1)
        .isGreaterThan(0.9);
    assertThat(number(results.get(2), "mean_per_class_recall"))
        .isCloseTo(number(results.get(2), "top1"), within(1e-9));

    // What was not fine-tuned is the zero-shot classifier.
    Run zeroShot =
        Run.of(
            "evaluate",
            "-m",
            model.toString(),
            "--folder",
            folder.resolve("val").toString(),
            "--template",
            "a {}",
            "-f",
            "json");
    assertThat(number(json(zeroShot.out()).get(0), "top1"))
        .isEqualTo(number(results.get(0), "top1"));

    // The folder is that of the best share, with its classifier, and loads on both backends.
    double best = results.stream().mapToDouble(r -> number(r, "top1")).max().orElseThrow();
    Run judged =
        Run.of(
            "evaluate",
            "-m",
            folder.resolve("tuned").toString(),
            "--backend",
            "onnx",
            "--folder",
            folder.resolve("val").toString(),
            "--classifier",
            folder.resolve("tuned").resolve(ClassifierHead.FILE).toString(),
            "-f",
            "json");
    assertThat(judged.code()).as(judged.err()).isZero();
    assertThat(number(json(judged.out()).get(0), "classifier_top1")).isEqualTo(best);
    Path tuned = folder.resolve("tuned");
    try (ClipModel onnx = OpenClip.model("local-dir:" + tuned).backend("onnx").load();
        ClipModel tf = OpenClip.model("local-dir:" + tuned).backend("tf").load()) {
      Embeddings features = onnx.encodeImages(List.of(picture()));
      assertThat(features.cosine(tf.encodeImages(List.of(picture())))[0][0])
          .isGreaterThan(0.999999f);
    }
    ClassifierHead head =
        ClassifierHead.read(tuned.resolve(ClassifierHead.FILE), PluginRegistry.create());
    assertThat(head.classes()).contains("red_dot", "blue_block").hasSize(6);
    try (Weights start = open(model);
        Weights end = open(tuned)) {
      assertThat(end.names()).isEqualTo(start.names());
      assertThat(end.get("text_projection").toFloats())
          .isEqualTo(start.get("text_projection").toFloats());
      assertThat(end.get("visual.conv1.weight").toFloats())
          .isNotEqualTo(start.get("visual.conv1.weight").toFloats());
    }
  }

  @Test
  void theHeadAloneLeavesTheTowerAsItIs() {
    Run run = finetune("head", "--epochs", "1", "--head-only", "--alpha", "1", "--opt", "sgd");

    assertThat(run.code()).as(run.err()).isZero();
    try (Weights start = open(model);
        Weights end = open(folder.resolve("head"))) {
      for (String name : start.names()) {
        assertThat(end.get(name).toFloats()).as(name).isEqualTo(start.get(name).toFloats());
      }
    }
  }

  @Test
  void aLinearProbeTellsWhatTheFeaturesKnow() {
    Run run =
        Run.of(
            "evaluate",
            "-m",
            model.toString(),
            "--folder",
            folder.resolve("val").toString(),
            "--template",
            "a {}",
            "--linear-probe",
            folder.resolve("train").toString(),
            "-f",
            "json");

    assertThat(run.code()).as(run.err()).isZero();
    Map<String, Object> result = json(run.out()).get(0);
    assertThat(number(result, "linear_probe_top1")).isGreaterThan(number(result, "top1"));
    assertThat(number(result, "linear_probe_mean_per_class_recall")).isGreaterThan(0.5);
    assertThat(number(result, "linear_probe_penalty")).isBetween(1e-6, 1e6);
  }

  @Test
  void whatDoesNotFitIsSaid() throws IOException {
    assertThat(finetune("bad", "--alpha", "0,1").err()).contains("--val-folder");
    assertThat(finetune("bad", "--alpha", "1.5").err()).contains("--alpha 1.5");
    assertThat(finetune("bad", "--batch-size", "500").err()).contains("smaller --batch-size");
    assertThat(finetune("bad", "--backend", "onnx").err()).contains("cannot train");
    Run diverged =
        finetune("bad", "--epochs", "1", "--opt", "sgd", "--momentum", "0", "--wd", "1e30");
    assertThat(diverged.code()).isEqualTo(1);
    assertThat(diverged.err()).contains("not a number").contains("nothing was written");
    assertThat(folder.resolve("bad")).doesNotExist();
    ColouredShapes.pictures(folder.resolve("other"), 1, 9);
    Files.move(folder.resolve("other/red_dot"), folder.resolve("other/red_cube"));
    Run run =
        Run.of(
            "evaluate",
            "-m",
            model.toString(),
            "--folder",
            folder.resolve("other").toString(),
            "--linear-probe",
            folder.resolve("train").toString());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("red_cube").contains("red_dot");
  }
}
