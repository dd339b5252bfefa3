package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.OpenClip;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.cli.Main;
import org.openclip.train.run.Checkpoint;

/** {@code openclip train} on pictures of one colour each, and what it leaves on the disk. */
class TrainCommandTest {
  private static final Map<String, Color> COLOURS =
      new TreeMap<>(
          Map.of(
              "red",
              Color.RED,
              "green",
              Color.GREEN,
              "blue",
              Color.BLUE,
              "white",
              Color.WHITE,
              "black",
              Color.BLACK,
              "yellow",
              Color.YELLOW,
              "pink",
              Color.PINK,
              "cyan",
              Color.CYAN));

  private static final String CONFIG =
      """
      {"model_cfg": {"embed_dim": 16,
        "vision_cfg": {"image_size": 16, "layers": 1, "width": 32, "head_width": 16,
          "patch_size": 8},
        "text_cfg": {"context_length": 8, "vocab_size": 49408, "width": 16, "heads": 2,
          "layers": 1}},
       "preprocess_cfg": {"size": 16}}
      """;

  @TempDir static Path folder;

  private record Run(int code, String out, String err) {
    static Run of(String... arguments) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      int code =
          Main.run(
              List.of(arguments),
              new Environment(
                  new PrintStream(out, true, StandardCharsets.UTF_8),
                  new PrintStream(err, true, StandardCharsets.UTF_8),
                  PluginRegistry.create(),
                  false));
      return new Run(
          code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
  }

  @BeforeAll
  static void makeData() throws IOException {
    Files.createDirectories(folder.resolve("model"));
    Files.writeString(folder.resolve("model/open_clip_config.json"), CONFIG);
    StringBuilder table = new StringBuilder("filepath\ttitle\n");
    int number = 0;
    for (Map.Entry<String, Color> colour : COLOURS.entrySet()) {
      Path inner = Files.createDirectories(folder.resolve("classes").resolve(colour.getKey()));
      for (int i = 0; i < 4; i++) {
        BufferedImage picture = new BufferedImage(20, 20, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < 20; y++) {
          for (int x = 0; x < 20; x++) {
            picture.setRGB(x, y, colour.getValue().getRGB() ^ ((x * 31 + y * 17 + i) & 0x0f0f0f));
          }
        }
        Path file = inner.resolve(number++ + ".png");
        ImageIO.write(picture, "png", file.toFile());
        table.append(file).append('\t').append("a ").append(colour.getKey()).append('\n');
      }
    }
    Files.writeString(folder.resolve("colours.csv"), table.toString());
  }

  private static Run train(String name, String... more) {
    Map<String, String> flags = new TreeMap<>();
    flags.put("--model", "local-dir:" + folder.resolve("model"));
    flags.put("--train-data", folder.resolve("colours.csv").toString());
    flags.put("--batch-size", "8");
    flags.put("--lr", "1e-2");
    flags.put("--warmup", "4");
    flags.put("--workers", "2");
    flags.put("--precision", "fp32");
    flags.put("--logs", folder.resolve("logs").toString());
    flags.put("--name", name);
    List<String> arguments = new ArrayList<>(List.of("train"));
    List.of(more).forEach(flags::remove);
    flags.forEach((flag, value) -> arguments.addAll(List.of(flag, value)));
    arguments.addAll(List.of(more));
    return Run.of(arguments.toArray(String[]::new));
  }

  private static Path checkpoint(String run, String name) {
    return folder.resolve("logs").resolve(run).resolve("checkpoints").resolve(name);
  }

  private static void assertEqualWeights(Path a, Path b) {
    for (String file : List.of("open_clip_model.safetensors", "optimizer.safetensors")) {
      PluginRegistry plugins = PluginRegistry.create();
      try (Weights one = Checkpoints.open(a.resolve(file), plugins);
          Weights other = Checkpoints.open(b.resolve(file), plugins)) {
        assertThat(one.names()).isEqualTo(other.names());
        for (String name : one.names()) {
          assertThat(one.get(name).data()).as(name).isEqualTo(other.get(name).data());
        }
      }
    }
  }

  @Test
  void aModelLearnsColoursAndIsAFolderThatBothBackendsLoad() throws IOException {
    Run run =
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

    Run judged =
        Run.of(
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
            folder.resolve("colours.csv").toString());
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
    Run begun = train("parts", "--epochs", "3");
    assertThat(begun.code()).as(begun.err()).isZero();
    Checkpoint.remove(checkpoint("parts", "epoch_2"));
    Checkpoint.remove(checkpoint("parts", "epoch_3"));

    Run resumed = train("parts", "--epochs", "3", "--resume", "latest");

    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.err()).contains("from step 4");
    assertEqualWeights(checkpoint("whole", "epoch_3"), checkpoint("parts", "epoch_3"));
  }

  @Test
  void otherFlagsAreNamedBeforeATrainingGoesOn() {
    assertThat(train("flags", "--epochs", "1").code()).isZero();

    Run resumed = train("flags", "--epochs", "1", "--wd", "0.1", "--resume", "latest");

    assertThat(resumed.code()).isEqualTo(2);
    assertThat(resumed.err()).contains("--wd=(default) -> 0.1").contains("--resume-changed");
  }

  @Test
  void aLossThatIsNoNumberEndsTheTrainingAndSaysWhere() {
    Run run =
        train("diverges", "--epochs", "3", "--lr", "1e30", "--warmup", "0", "--skip-scheduler");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("the loss of step ").contains(".png").contains("--lr");
  }

  @Test
  void wrongUsageIsSaidInOneLine() {
    assertThat(train("bad", "--epoch", "3").err()).contains("--epoch").contains("--epochs");
    assertThat(train("bad", "--batch-size", "33").err()).contains("smaller --batch-size");
    assertThat(Run.of("train", "--model", "ViT-B-32").err()).contains("--train-data is missing");
    assertThat(train("bad", "--dataset-type", "webdataset", "--train-data", "x.tar").err())
        .contains("--train-num-samples");
    assertThat(train("bad", "--precision", "fp8").err()).contains("amp_bf16");
  }

  @Test
  void partsOfAStepActAsOneLargeBatch() {
    assertThat(train("large", "--epochs", "1", "--batch-size", "16", "--lr", "1e-3").code())
        .isZero();
    Run run =
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
