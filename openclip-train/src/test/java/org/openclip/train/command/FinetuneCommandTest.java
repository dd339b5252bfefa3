package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.OpenClip;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.io.JsonObjects;
import org.openclip.hub.model.ModelFolder;
import org.openclip.train.command.ColourRuns.Run;
import org.openclip.train.evaluation.ClassifierHead;
import org.openclip.train.run.Checkpoint;
import org.openclip.train.shard.TarFiles;

/** Fine-tuning and linear probes of a model that has learnt a little. */
class FinetuneCommandTest {
  private static final AtomicInteger RUNS = new AtomicInteger();

  @TempDir static Path folder;

  private static ColourRuns runs;
  private static Path model;

  @BeforeAll
  static void trainALittle() throws IOException {
    runs = ColourRuns.ofShapes(folder, 8, 1);
    ColourRuns.drawShapes(folder.resolve("train"), 32, 2);
    ColourRuns.drawShapes(folder.resolve("val"), 12, 3);
    String[] flags =
        "--batch-size 16 --epochs 8 --lr 1e-3 --warmup 10 --save-frequency 8".split(" ");
    Run run = runs.train("little", flags);
    assertThat(run.code()).as(run.err()).isZero();
    model = runs.checkpoint("little", "epoch_8");
  }

  private static Run finetune(String output, String... more) {
    return Run.of(arguments(output, more).toArray(String[]::new));
  }

  /** Returns a command line that writes into a folder, by a run of its own name. */
  private static List<String> arguments(String output, String... more) {
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
                "--logs",
                folder.resolve("logs").toString(),
                "-o",
                folder.resolve(output).toString()));
    if (!List.of(more).contains("--name")) {
      arguments.addAll(List.of("--name", output + "-" + RUNS.incrementAndGet()));
    }
    arguments.addAll(List.of(more));
    return arguments;
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

  private static String[] flags(String flags) {
    return flags.split(" ", -1);
  }

  private static void assertSameResult(String one, String other) {
    for (String file : List.of(ModelFolder.CHECKPOINT, ClassifierHead.FILE)) {
      assertThat(folder.resolve(other).resolve(file))
          .as(file)
          .hasSameBinaryContentAs(folder.resolve(one).resolve(file));
    }
  }

  @Test
  void aFineTuningThatGoesOnEndsWithTheSameNumbers() {
    String usual = "--epochs 3 --batch-size 64 --save-frequency 1 --name ";
    Run whole = finetune("once", flags(usual + "once"));
    assertThat(whole.code()).as(whole.err()).isZero();
    Run begun = finetune("twice", flags(usual + "twice"));
    assertThat(begun.code()).as(begun.err()).isZero();
    Checkpoint.remove(runs.checkpoint("twice", "epoch_2"));
    Checkpoint.remove(runs.checkpoint("twice", "epoch_3"));
    Checkpoint.remove(folder.resolve("twice"));

    Run resumed = finetune("twice", flags(usual + "twice --resume latest"));

    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.err()).contains("from step 3").contains("done after 9 steps");
    ColourRuns.assertSame(runs.checkpoint("once", "epoch_3"), runs.checkpoint("twice", "epoch_3"));
    assertSameResult("once", "twice");

    // A checkpoint is a model that loads, with what was trained last.
    try (ClipModel last =
        OpenClip.model("local-dir:" + runs.checkpoint("once", "epoch_3")).load()) {
      assertThat(last.embedDim()).isEqualTo(16);
    }
    Run other = finetune("twice", flags(usual + "twice --resume latest --wd 0.5"));
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("--wd=(default) -> 0.5").contains("--resume-changed");
    Run again = finetune("twice", flags(usual + "twice"));
    assertThat(again.err()).contains("already contains a run").contains("--resume latest");
  }

  @Test
  @Tag("once")
  void aFineTuningThatIsToldToEndSavesAndSaysHowToGoOn() throws Exception {
    String usual = "--epochs 20 --batch-size 32 --log-every-n-steps 1 --name ";
    Run whole = finetune("unbroken", flags(usual + "unbroken"));
    assertThat(whole.code()).as(whole.err()).isZero();
    Path said = folder.resolve("broken.txt");

    Process process = ColourRuns.start(said, arguments("broken", flags(usual + "broken")));
    // Epochs of six steps: the checkpoint of the first one is there.
    while (process.isAlive() && !Files.readString(said).contains(" step 8/120")) {
      Thread.sleep(5);
    }
    process.destroy(); // As Ctrl-C, it asks the process to end.
    process.waitFor();

    assertThat(Files.readString(said))
        .containsPattern("stopped at step \\d+; continue with: openclip finetune")
        .contains("--name broken --resume latest");
    assertThat(folder.resolve("broken")).doesNotExist();
    Checkpoint stopped = Checkpoint.read(runs.checkpoint("broken", "stopped"));
    assertThat(stopped.progress().step()).isBetween(8L, 119L);

    Run resumed = finetune("broken", flags(usual + "broken --resume latest"));

    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.err()).contains("from step " + stopped.progress().step());
    ColourRuns.assertSame(
        runs.checkpoint("unbroken", "epoch_20"), runs.checkpoint("broken", "epoch_20"));
    assertSameResult("unbroken", "broken");
    try (Stream<Path> left = Files.list(runs.log("broken", "checkpoints"))) {
      assertThat(left).as("the last alone").hasSize(1);
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

  /** Writes the pictures of a folder's classes into a shard, with the numbers of the classes. */
  private static String shard(String name, int bad) throws IOException {
    Map<String, byte[]> members = new LinkedHashMap<>();
    List<Path> classes;
    try (Stream<Path> folders = Files.list(folder.resolve(name))) {
      classes = folders.sorted().toList();
    }
    for (int c = 0; c < classes.size(); c++) {
      try (Stream<Path> files = Files.list(classes.get(c))) {
        for (Path file : files.sorted().limit(6).toList()) {
          String key = String.format(Locale.ROOT, "%02d-%s", c, file.getFileName());
          members.put(key, Files.readAllBytes(file));
          members.put(key.replace(".png", ".cls"), TarFiles.text(Integer.toString(c + bad)));
        }
      }
    }
    Files.writeString(
        folder.resolve("names.txt"),
        classes.stream().map(c -> c.getFileName().toString()).collect(Collectors.joining("\n")));
    return TarFiles.write(folder.resolve(name + bad + ".tar"), members).toString();
  }

  @Test
  void shardsAreFineTunedOnAndJudgedBy() throws IOException {
    String names = folder.resolve("names.txt").toString();
    String[] shards = {
      "--train-folder", shard("train", 0), "--val-folder", shard("val", 0), "--class-names", names
    };
    List<String> more = new ArrayList<>(List.of(shards));
    more.addAll(List.of("--epochs", "1", "--batch-size", "16", "-f", "json"));
    Run run = finetune("shards", more.toArray(String[]::new));

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).contains("1 epochs of 2 steps");
    assertThat(number(json(run.out()).get(0), "pictures")).isEqualTo(36);
    ClassifierHead head =
        ClassifierHead.read(
            folder.resolve("shards").resolve(ClassifierHead.FILE), PluginRegistry.create());
    assertThat(head.classes()).hasSize(6).contains("red_dot");

    // What is wrong with the pictures to judge by is said before the training.
    more.set(3, shard("val", 6));
    Run wrong = finetune("wrong", more.toArray(String[]::new));
    assertThat(wrong.code()).isEqualTo(1);
    assertThat(wrong.err())
        .contains("--val-folder " + folder.resolve("val6.tar"))
        .contains("the class '6' is not a number from 0 to 5")
        .doesNotContain("step 1/");
    ColourRuns.drawShapes(folder.resolve("odd"), 1, 9);
    Files.move(folder.resolve("odd/red_dot"), folder.resolve("odd/red_cube"));
    Run odd = finetune("odd-classes", "--val-folder", folder.resolve("odd").toString());
    assertThat(odd.err()).contains("red_cube").doesNotContain("step 1/");
  }

  @Test
  void whatDoesNotFitIsSaid() throws IOException {
    assertThat(finetune("bad", "--alpha", "0,1").err()).contains("--val-folder");
    assertThat(finetune("bad", "--alpha", "1.5").err()).contains("--alpha is 1.5");
    assertThat(finetune("bad", "--batch-size", "500").err()).contains("smaller --batch-size");
    assertThat(finetune("bad", "--backend", "onnx").err()).contains("cannot train");
    Run diverged =
        finetune("bad", "--epochs", "1", "--opt", "sgd", "--momentum", "0", "--wd", "1e30");
    assertThat(diverged.code()).isEqualTo(1);
    assertThat(diverged.err()).contains("the loss is NaN").contains("no model was written");
    assertThat(diverged.err()).contains("the loss of step ").contains(".png");
    assertThat(folder.resolve("bad")).doesNotExist();
    ColourRuns.drawShapes(folder.resolve("other"), 1, 9);
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
