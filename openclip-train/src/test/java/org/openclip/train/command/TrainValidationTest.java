package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.awt.Color;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.hub.OpenClip;
import org.openclip.train.run.Checkpoint;
import org.openclip.train.shard.TarFiles;

/** What {@code openclip train} measures between epochs. */
class TrainValidationTest {
  private static final String COCA =
      """
      {"model_cfg": {"embed_dim": 16, "custom_text": true,
        "vision_cfg": {"image_size": 16, "layers": 1, "width": 32, "head_width": 16,
          "patch_size": 8, "attentional_pool": true, "attn_pooler_heads": 2,
          "output_tokens": true},
        "text_cfg": {"context_length": 8, "vocab_size": 49408, "width": 16, "heads": 2,
          "layers": 1, "embed_cls": true, "output_tokens": true},
        "multimodal_cfg": {"context_length": 8, "vocab_size": 49408, "width": 16, "heads": 2,
          "layers": 1}},
       "preprocess_cfg": {"size": 16}}
      """;

  @TempDir static Path folder;

  private static ColourRuns runs;

  @BeforeAll
  static void makeData() throws IOException {
    runs = ColourRuns.in(folder);
  }

  private static List<Map<String, Object>> results(String run) throws IOException {
    List<Map<String, Object>> results = new ArrayList<>();
    for (String line : Files.readAllLines(runs.log(run, "checkpoints/results.jsonl"))) {
      results.add(JSON.std.mapFrom(line));
    }
    return results;
  }

  private static double number(Map<String, Object> results, String name) {
    return ((Number) Objects.requireNonNull(results.get(name), name)).doubleValue();
  }

  /** Returns CLIP's loss of batches of eight, from the features of a loaded model. */
  private static double loss(Path checkpoint) throws IOException {
    double sum = 0;
    List<String> rows = Files.readAllLines(runs.table()).subList(1, 33);
    try (ClipModel model = OpenClip.model("local-dir:" + checkpoint).backend("onnx").load()) {
      for (int from = 0; from < rows.size(); from += 8) {
        List<String> some = rows.subList(from, from + 8);
        Embeddings images =
            model.encodeImages(some.stream().map(r -> Path.of(r.split("\t", -1)[0])).toList());
        Embeddings texts = model.encodeTexts(some.stream().map(r -> r.split("\t", -1)[1]).toList());
        sum += crossEntropy(model.logits(images, texts));
        sum += crossEntropy(texts.logits(images, model.logitScale(), 0));
      }
    }
    return sum / 2 / 4;
  }

  private static double crossEntropy(float[][] logits) {
    double sum = 0;
    for (int i = 0; i < logits.length; i++) {
      double all = 0;
      for (float logit : logits[i]) {
        all += Math.exp(logit);
      }
      sum += Math.log(all) - logits[i][i];
    }
    return sum / logits.length;
  }

  @Test
  void validationNamesItsNumbersAsTheReferenceDoes() throws IOException {
    ColourRuns.Run run =
        runs.train(
            "validated",
            "--epochs",
            "3",
            "--val-data",
            runs.table().toString(),
            "--val-frequency",
            "2",
            "--report-to",
            "tensorboard");

    assertThat(run.code()).as(run.err()).isZero();
    List<Map<String, Object>> results = results("validated");
    assertThat(results).extracting(r -> r.get("epoch")).containsExactly(2, 3);
    assertThat(results.get(1))
        .containsOnlyKeys(
            "image_to_text_mean_rank",
            "image_to_text_median_rank",
            "image_to_text_R@1",
            "image_to_text_R@5",
            "image_to_text_R@10",
            "text_to_image_mean_rank",
            "text_to_image_median_rank",
            "text_to_image_R@1",
            "text_to_image_R@5",
            "text_to_image_R@10",
            "clip_val_loss",
            "num_samples",
            "epoch")
        .containsEntry("num_samples", 32);
    assertThat(number(results.get(1), "clip_val_loss"))
        .isCloseTo(loss(runs.log("validated", "checkpoints/epoch_3")), Offset.offset(2e-4));
    try (Stream<Path> files = Files.list(runs.log("validated", "tensorboard"))) {
      assertThat(Files.readString(files.findFirst().orElseThrow(), StandardCharsets.ISO_8859_1))
          .contains("val/clip_val_loss", "val/image_to_text_R@1", "train/loss");
    }
  }

  @Test
  void validationChangesNothingAndATrainingGoesOnBesideIt() throws IOException {
    assertThat(runs.train("plain", "--epochs", "2").code()).isZero();
    String table = runs.table().toString();
    assertThat(runs.train("beside", "--epochs", "2", "--val-data", table).code()).isZero();
    Path whole = runs.log("plain", "checkpoints/epoch_2");
    ColourRuns.assertSame(whole, runs.log("beside", "checkpoints/epoch_2"));
    Checkpoint.remove(runs.log("beside", "checkpoints/epoch_2"));

    ColourRuns.Run resumed =
        runs.train("beside", "--epochs", "2", "--val-data", table, "--resume", "latest");

    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.err()).contains("from step 4");
    ColourRuns.assertSame(whole, runs.log("beside", "checkpoints/epoch_2"));
    List<Map<String, Object>> results = results("beside");
    assertThat(results.get(2)).isEqualTo(results.get(1));
  }

  @Test
  void captionersTellTheirCaptionLoss() throws IOException {
    ColourRuns.Run run =
        runs.train(
            "coca",
            "--model",
            runs.model("coca-model", COCA),
            "--coca-caption-loss-weight",
            "3",
            "--epochs",
            "1",
            "--val-data",
            runs.table().toString());

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).contains("caption_loss");
    assertThat(number(results("coca").get(0), "val_generative_loss"))
        .isBetween(0.5, Math.log(49408));
  }

  @Test
  void aModelIsMeasuredWithoutTraining() throws IOException {
    assertThat(runs.train("measured", "--epochs", "1").code()).isZero();
    Map<String, String> flags = runs.flags("measured-only");
    flags.put("--val-data", runs.table().toString());
    flags.put("--resume", runs.log("measured", "checkpoints/epoch_1").toString());

    ColourRuns.Run run = ColourRuns.run(flags, "--val-frequency", "5");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).contains("epoch 1: validating").doesNotContain("epoch 32");
    assertThat(number(results("measured-only").get(0), "epoch")).isEqualTo(1);
    assertThat(number(results("measured-only").get(0), "clip_val_loss"))
        .isCloseTo(loss(runs.log("measured", "checkpoints/epoch_1")), Offset.offset(2e-4));
    assertThat(runs.log("measured-only", "checkpoints/epoch_1")).doesNotExist();
  }

  /** Writes a picture for each of ImageNet's classes, in folders and in a shard. */
  private static void imageNet() throws IOException {
    Map<String, byte[]> members = new LinkedHashMap<>();
    for (int i = 0; i < 1000; i++) {
      byte[] picture = ColourRuns.picture(new Color(i * 7919 % 0xffffff), i);
      Path file = folder.resolve(String.format(Locale.ROOT, "imagenet/n%08d/a.JPEG", i));
      Files.createDirectories(file.getParent());
      Files.write(file, picture);
      Path second = folder.resolve("v2/imagenetv2-matched-frequency-format-val/" + i + "/b.jpeg");
      Files.createDirectories(second.getParent());
      Files.write(second, picture);
      members.put(String.format(Locale.ROOT, "%04d.png", i), picture);
      members.put(String.format(Locale.ROOT, "%04d.cls", i), TarFiles.text(Integer.toString(i)));
    }
    TarFiles.write(folder.resolve("imagenet.tar"), members);
  }

  @Test
  void imageNetIsNamedAmongItsThousandClasses() throws IOException {
    imageNet();
    ColourRuns.Run run =
        runs.train(
            "zeroshot",
            "--epochs",
            "1",
            "--batch-size",
            "32",
            "--zeroshot-templates",
            "none",
            "--imagenet-val",
            folder.resolve("imagenet").toString(),
            "--imagenet-v2",
            folder.resolve("v2").toString());

    assertThat(run.code()).as(run.err()).isZero();
    Map<String, Object> results = results("zeroshot").get(0);
    assertThat(results)
        .containsOnlyKeys(
            "imagenet-zeroshot-val-top1",
            "imagenet-zeroshot-val-top5",
            "imagenetv2-zeroshot-val-top1",
            "imagenetv2-zeroshot-val-top5",
            "epoch");
    assertThat(number(results, "imagenet-zeroshot-val-top5"))
        .isEqualTo(number(results, "imagenetv2-zeroshot-val-top5"))
        .isBetween(0.001, 0.1);
    String model = runs.log("zeroshot", "checkpoints/epoch_1").toString();
    for (String location : List.of("imagenet", "imagenet.tar")) {
      ColourRuns.Run judged =
          ColourRuns.Run.of(
              "evaluate",
              "--model",
              model,
              "--backend",
              "tf",
              "--imagenet-val",
              folder.resolve(location).toString(),
              "--templates",
              "none",
              "--format",
              "json");
      assertThat(judged.code()).as(judged.err()).isZero();
      Map<String, Object> found = JSON.std.mapFrom(judged.out());
      assertThat(number(found, "pictures")).isEqualTo(1000);
      assertThat(number(found, "top5"))
          .as(location)
          .isCloseTo(number(results, "imagenet-zeroshot-val-top5"), Offset.offset(0.0011));
    }
  }
}
