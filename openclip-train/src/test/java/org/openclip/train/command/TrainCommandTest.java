package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.OpenClip;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.train.run.Checkpoint;

/** {@code openclip train} on pictures of one colour each, and what it leaves on the disk. */
class TrainCommandTest {
  @TempDir static Path folder;

  private static ColourRuns runs;

  @BeforeAll
  static void makeData() throws IOException {
    runs = ColourRuns.in(folder);
  }

  private static ColourRuns.Run train(String name, String... more) {
    return runs.train(name, more);
  }

  private static Path checkpoint(String run, String name) {
    return runs.checkpoint(run, name);
  }

  @Test
  void aModelLearnsColoursAndIsAFolderThatBothBackendsLoad() throws IOException {
    ColourRuns.Run run =
        train(
            "learns",
            "--epochs",
            "30",
            "--report-to",
            "tensorboard",
            "--save-frequency",
            "5",
            "--log-every-n-steps",
            "4");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).contains("epoch 29 step 120/120").contains("done after 120 steps");
    Path logs = folder.resolve("logs/learns");
    assertThat(logs.resolve("params.txt")).content().contains("--lr: 1e-2");
    assertThat(logs.resolve("out.log")).content().contains("loss");
    try (Stream<Path> files = Files.list(logs.resolve("tensorboard"))) {
      assertThat(files).hasSize(1);
    }
    assertThat(checkpoint("learns", "epoch_5")).isDirectory();
    Path model = checkpoint("learns", "epoch_30");

    ColourRuns.Run judged =
        ColourRuns.Run.of(
            "evaluate",
            "--model",
            model.toString(),
            "--backend",
            "onnx",
            "--folder",
            folder.resolve("classes").toString(),
            "--template",
            "a {}",
            "--val-data",
            runs.table().toString());
    assertThat(judged.code()).as(judged.err()).isZero();
    assertThat(judged.out())
        .containsPattern("top1 +(1\\.0000|0\\.[89])")
        .contains("text_to_image_R@5");

    List<Path> picture = List.of(folder.resolve("classes/red").resolve(first("red")));
    try (ClipModel onnx = OpenClip.model("local-dir:" + model).backend("onnx").load();
        ClipModel tf = OpenClip.model("local-dir:" + model).backend("tf").load()) {
      Embeddings one = onnx.encodeImages(picture);
      assertThat(one.cosine(tf.encodeImages(picture))[0][0]).isGreaterThan(0.999999f);
      Embeddings text = onnx.encodeTexts(List.of("a red"));
      assertThat(text.cosine(tf.encodeTexts(List.of("a red")))[0][0]).isGreaterThan(0.999999f);
    }
  }

  private static String first(String colour) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("classes").resolve(colour))) {
      return files.sorted().findFirst().orElseThrow().getFileName().toString();
    }
  }

  @Test
  void aTrainingThatGoesOnEndsWithTheSameNumbers() {
    assertThat(train("whole", "--epochs", "3").code()).isZero();
    ColourRuns.Run begun = train("parts", "--epochs", "3");
    assertThat(begun.code()).as(begun.err()).isZero();
    Checkpoint.remove(checkpoint("parts", "epoch_2"));
    Checkpoint.remove(checkpoint("parts", "epoch_3"));

    ColourRuns.Run resumed = train("parts", "--epochs", "3", "--resume", "latest");

    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.err()).contains("from step 4");
    ColourRuns.assertSame(checkpoint("whole", "epoch_3"), checkpoint("parts", "epoch_3"));
  }

  @Test
  void otherFlagsAreNamedBeforeATrainingGoesOn() {
    assertThat(train("flags", "--epochs", "1").code()).isZero();

    ColourRuns.Run resumed = train("flags", "--epochs", "1", "--wd", "0.1", "--resume", "latest");

    assertThat(resumed.code()).isEqualTo(2);
    assertThat(resumed.err()).contains("--wd=(default) -> 0.1").contains("--resume-changed");
  }

  @Test
  void aLossThatIsNoNumberEndsTheTrainingAndSaysWhere() {
    ColourRuns.Run run =
        train("diverges", "--epochs", "3", "--lr", "1e30", "--warmup", "0", "--skip-scheduler");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("the loss of step ").contains(".png").contains("--lr");
  }

  @Test
  void wrongUsageIsSaidInOneLine() {
    assertThat(train("bad", "--epoch", "3").err()).contains("--epoch").contains("--epochs");
    assertThat(train("bad", "--batch-size", "33").err()).contains("smaller --batch-size");
    assertThat(ColourRuns.Run.of("train", "--model", "ViT-B-32").err())
        .contains("--train-data is missing");
    assertThat(train("bad", "--dataset-type", "webdataset", "--train-data", "x.tar").err())
        .contains("--train-num-samples");
    assertThat(train("bad", "--precision", "fp8").err()).contains("amp_bf16");
  }

  @Test
  void partsOfAStepActAsOneLargeBatch() {
    assertThat(train("large", "--epochs", "1", "--batch-size", "16", "--lr", "1e-3").code())
        .isZero();
    ColourRuns.Run run =
        train(
            "parts-of-large",
            "--epochs",
            "1",
            "--batch-size",
            "8",
            "--accum-freq",
            "2",
            "--lr",
            "1e-3");
    assertThat(run.code()).as(run.err()).isZero();
    PluginRegistry plugins = PluginRegistry.create();
    try (Weights one =
            Checkpoints.open(
                checkpoint("large", "epoch_1").resolve("open_clip_model.safetensors"), plugins);
        Weights other =
            Checkpoints.open(
                checkpoint("parts-of-large", "epoch_1").resolve("open_clip_model.safetensors"),
                plugins)) {
      for (String name : List.of("visual.proj", "text_projection", "logit_scale")) {
        float[] a = one.get(name).toFloats();
        float[] b = other.get(name).toFloats();
        for (int i = 0; i < a.length; i++) {
          assertThat(b[i]).isCloseTo(a[i], Offset.offset(2e-5f));
        }
      }
    }
  }
}
