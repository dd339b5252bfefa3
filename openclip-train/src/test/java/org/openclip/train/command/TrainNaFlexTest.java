package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.hub.OpenClip;
import org.openclip.train.run.Checkpoint;
import org.openclip.train.shard.TarFiles;

/** {@code openclip train --use-naflex} on pictures of several shapes. */
class TrainNaFlexTest {
  @TempDir static Path folder;

  private static NaFlexRuns naflex;

  @BeforeAll
  static void makeData() throws IOException {
    naflex = NaFlexRuns.in(folder);
  }

  @Test
  void aModelLearnsColoursOfPicturesOfAnyShape() throws IOException {
    ColourRuns.Run run =
        naflex.train("learns", "--epochs", "12", "--log-every-n-steps", "1", "--workers", "1");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err())
        .contains("images of up to [6, 9, 16] patches of 4 pixels")
        .contains("36 images in an epoch of a process; evaluated with up to 16 patches");
    double[] losses = naflex.losses("learns");
    double first = Arrays.stream(losses, 0, 5).average().orElseThrow();
    double last = Arrays.stream(losses, losses.length - 5, losses.length).average().orElseThrow();
    assertThat(last).isLessThan(first / 2);
  }

  @Test
  void aTrainingThatGoesOnEndsWithTheSameNumbers() {
    String[] flags = {"--epochs", "3", "--workers", "3", "--accum-freq", "2"};
    assertThat(naflex.train("whole", flags).code()).isZero();
    ColourRuns.Run begun = naflex.train("parts", flags);
    assertThat(begun.code()).as(begun.err()).isZero();
    Checkpoint.remove(naflex.runs().checkpoint("parts", "epoch_2"));
    Checkpoint.remove(naflex.runs().checkpoint("parts", "epoch_3"));

    String[] more = Arrays.copyOf(flags, flags.length + 2);
    more[flags.length] = "--resume";
    more[flags.length + 1] = "latest";
    ColourRuns.Run resumed = naflex.train("parts", more);

    assertThat(resumed.code()).as(resumed.err()).isZero();
    ColourRuns.assertSame(
        naflex.runs().checkpoint("whole", "epoch_3"), naflex.runs().checkpoint("parts", "epoch_3"));
    ColourRuns.Run other =
        naflex.runs().train("parts", Arrays.copyOf(more, more.length, String[].class));
    assertThat(other.err()).contains("--naflex-seq-lens=6 9 16 -> (default)", "--use-naflex");
  }

  /** Returns the results of a run's validation. */
  private static Map<String, Object> results(String run) throws IOException {
    List<String> lines =
        Files.readAllLines(naflex.runs().log(run, "checkpoints").resolve("results.jsonl"));
    return JSON.std.mapFrom(lines.get(lines.size() - 1));
  }

  private static double number(Map<String, Object> results, String name) {
    return ((Number) Objects.requireNonNull(results.get(name), name)).doubleValue();
  }

  @Test
  void validationSeesPicturesAsTheModelWillSeeThem() throws IOException {
    // given lengths of which the largest is that of the model's configuration
    ColourRuns.Run run =
        naflex
            .runs()
            .train(
                "validated",
                "--use-naflex",
                "--naflex-seq-lens",
                "6",
                "12",
                "--naflex-max-tokens-per-batch",
                "96",
                "--epochs",
                "1",
                "--val-data",
                naflex.runs().table().toString());

    assertThat(run.code()).as(run.err()).isZero();
    Map<String, Object> results = results("validated");
    assertThat(results).containsEntry("num_samples", 36);
    Path checkpoint = naflex.runs().checkpoint("validated", "epoch_1");
    List<String> rows = Files.readAllLines(naflex.runs().table()).subList(1, 37);
    double sum = 0;
    try (ClipModel model = OpenClip.model("local-dir:" + checkpoint).backend("onnx").load()) {
      for (int from = 0; from < rows.size(); from += 8) {
        List<String> some = rows.subList(from, Math.min(from + 8, rows.size()));
        Embeddings images =
            model.encodeImages(some.stream().map(r -> Path.of(r.split("\t", -1)[0])).toList());
        Embeddings texts = model.encodeTexts(some.stream().map(r -> r.split("\t", -1)[1]).toList());
        sum += crossEntropies(model.logits(images, texts)) / 2;
        sum += crossEntropies(texts.logits(images, model.logitScale(), 0)) / 2;
      }
    }
    assertThat(number(results, "clip_val_loss")).isCloseTo(sum / rows.size(), within(1e-4));
  }

  private static double crossEntropies(float[][] logits) {
    double sum = 0;
    for (int i = 0; i < logits.length; i++) {
      double all = 0;
      for (float logit : logits[i]) {
        all += Math.exp(logit);
      }
      sum += Math.log(all) - logits[i][i];
    }
    return sum;
  }

  @Test
  void picturesOfAnyShapeAreClassified() throws IOException {
    Map<String, byte[]> members = new LinkedHashMap<>();
    List<String> rows = Files.readAllLines(naflex.runs().table()).subList(1, 37);
    for (int i = 0; i < 200; i++) {
      Path picture = Path.of(rows.get(i % 36).split("\t", -1)[0]);
      members.put(String.format(Locale.ROOT, "%04d.png", i), Files.readAllBytes(picture));
      members.put(String.format(Locale.ROOT, "%04d.cls", i), TarFiles.text(Integer.toString(i)));
    }
    Path shard = folder.resolve("imagenet.tar");
    TarFiles.write(shard, members);
    String[] measured = {
      "--use-naflex", "--zeroshot-templates", "none", "--imagenet-val", shard.toString()
    };
    ColourRuns.Run run = naflex.runs().train("zeroshot", concat(measured, "--epochs", "1"));

    assertThat(run.code()).as(run.err()).isZero();
    String checkpoint = naflex.runs().checkpoint("zeroshot", "epoch_1").toString();
    ColourRuns.Run judged =
        ColourRuns.Run.of(
            "evaluate",
            "--model",
            checkpoint,
            "--backend",
            "tf",
            "--imagenet-val",
            shard.toString(),
            "--templates",
            "none",
            "--format",
            "json");
    assertThat(judged.code()).as(judged.err()).isZero();
    Map<String, Object> found = JSON.std.mapFrom(judged.out());
    assertThat(number(found, "pictures")).isEqualTo(200);
    assertThat(number(found, "top5"))
        .isCloseTo(number(results("zeroshot"), "imagenet-zeroshot-val-top5"), within(0.0051));
  }

  private static String[] concat(String[] flags, String... more) {
    String[] all = Arrays.copyOf(flags, flags.length + more.length);
    System.arraycopy(more, 0, all, flags.length, more.length);
    return all;
  }

  @Test
  void aScaledLossTeachesOtherwiseAndIsToldUnscaled() throws IOException {
    String[] flags = {
      "--epochs", "1", "--log-every-n-steps", "1", "--opt", "sgd", "--workers", "1"
    };
    assertThat(naflex.train("plain", flags).code()).isZero();
    ColourRuns.Run scaled = naflex.train("scaled", concat(flags, "--naflex-loss-scale", "sqrt"));

    assertThat(scaled.code()).as(scaled.err()).isZero();
    assertThat(naflex.losses("scaled")[0]).isEqualTo(naflex.losses("plain")[0]);
    assertThat(naflex.losses("scaled")).isNotEqualTo(naflex.losses("plain"));
  }

  @Test
  void anEpochHasTheTokensThatAreAskedFor() {
    ColourRuns.Run run =
        naflex.train(
            "tokens",
            "--epochs",
            "1",
            "--workers",
            "1",
            "--naflex-num-train-image-tokens",
            "640",
            "--naflex-seq-len-probs",
            "0",
            "0",
            "1");

    // Batches of 4 images of 16 patches.
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).contains("1 epochs of 10 steps").contains("40 images in an epoch");
  }

  @Test
  void patchesOfSeveralSizesTeachOneModel() throws IOException {
    String[] flags = {
      "--epochs",
      "2",
      "--naflex-patch-sizes",
      "6",
      "4",
      "3",
      "--naflex-patch-size-probs",
      "1",
      "1",
      "2",
      "--val-data",
      naflex.runs().table().toString()
    };
    ColourRuns.Run whole = naflex.train("sizes", flags);
    assertThat(whole.code()).as(whole.err()).isZero();
    assertThat(whole.err())
        .contains("patches of [6, 4, 3] pixels")
        .contains("evaluated with up to 16 patches of 6 pixels");

    // given a training that was stopped after its first epoch,
    ColourRuns.Run parts = naflex.train("sizes-parts", flags);
    assertThat(parts.code()).as(parts.err()).isZero();
    Checkpoint.remove(naflex.runs().checkpoint("sizes-parts", "epoch_2"));
    ColourRuns.Run resumed = naflex.train("sizes-parts", concat(flags, "--resume", "latest"));

    assertThat(resumed.code()).as(resumed.err()).isZero();
    ColourRuns.assertSame(
        naflex.runs().checkpoint("sizes", "epoch_2"),
        naflex.runs().checkpoint("sizes-parts", "epoch_2"));
  }

  private static final String CLIP =
      """
      {"model_cfg": {"embed_dim": 16, "quick_gelu": true,
        "vision_cfg": {"image_size": 16, "patch_size": 4, "width": 32, "head_width": 16,
          "layers": 1},
        "text_cfg": {"context_length": 8, "vocab_size": 49408, "width": 16, "heads": 2,
          "layers": 1}},
       "preprocess_cfg": {"size": 16}}
      """;

  @Test
  void aTrainedClipModelGoesOnWithImagesOfAnyShape() throws IOException {
    // given a CLIP model that was trained on squares
    naflex.runs().model("clip", CLIP);
    ColourRuns.Run squares =
        naflex.runs().train("squares", "--model", "local-dir:" + folder.resolve("clip"));
    assertThat(squares.code()).as(squares.err()).isZero();
    Path trained = naflex.runs().checkpoint("squares", "epoch_1");

    String[] flags = {
      "--model",
      "local-dir:" + trained,
      "--pretrained",
      trained.toString(),
      "--epochs",
      "1",
      "--lr",
      "0",
      "--wd",
      "0"
    };
    ColourRuns.Run converted = naflex.train("shapes", flags);
    ColourRuns.Run forced = naflex.runs().train("forced", concat(flags, "--force-naflex-vision"));

    assertThat(converted.code()).as(converted.err()).isZero();
    assertThat(forced.code()).as(forced.err()).isZero();
    // then the same images of the model's own size have the same features
    Path picture = folder.resolve("square.png");
    Files.write(picture, Files.readAllBytes(naflex.runs().classes().resolve("red/04.png")));
    float[] expected = features(trained, "onnx", picture);
    for (String run : List.of("shapes", "forced")) {
      Path checkpoint = naflex.runs().checkpoint(run, "epoch_1");
      assertThat(Files.readString(checkpoint.resolve("open_clip_config.json")))
          .contains("\"use_naflex\"");
      for (String backend : List.of("onnx", "tf")) {
        assertThat(features(checkpoint, backend, picture)).containsExactly(expected, within(1e-5f));
      }
    }
  }

  private static float[] features(Path model, String backend, Path picture) {
    try (ClipModel clip = OpenClip.model("local-dir:" + model).backend(backend).load()) {
      return clip.encodeImages(List.of(picture)).row(0);
    }
  }
}
