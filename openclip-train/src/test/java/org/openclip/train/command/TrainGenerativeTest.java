package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.model.EncodingListener;
import org.openclip.hub.generative.GenerativeModel;
import org.openclip.hub.generative.TextScore;
import org.openclip.train.generative.CaptionValidation;
import org.openclip.train.run.Checkpoint;

/** {@code openclip train} of a generative model. */
class TrainGenerativeTest {
  @TempDir static Path folder;

  private static GenerativeRuns generative;

  @BeforeAll
  static void makeData() throws IOException {
    generative = GenerativeRuns.in(folder);
  }

  private static List<String[]> rows() throws IOException {
    return Files.readAllLines(generative.runs().table()).stream()
        .skip(1)
        .map(row -> row.split("\t", -1))
        .toList();
  }

  @Test
  void aModelLearnsToNameTheColoursOfItsPictures() throws IOException {
    ColourRuns.Run run =
        generative.train(
            "learns",
            "--epochs",
            "100",
            "--lr-scheduler",
            "const",
            "--beta2",
            "0.95",
            "--wd",
            "0",
            "--save-frequency",
            "0",
            "--log-every-n-steps",
            "1",
            "--aug-cfg",
            "scale=0.9,1");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err())
        .contains("images of up to [6, 9] patches of 4 pixels, 4 to 12 images in a batch")
        .contains("captions of up to 8 tokens");
    double[] losses = generative.naflex().losses("learns");
    assertThat(losses[0]).isBetween(8.5, 9.0); // The logarithm of 6144 is 8.7.
    assertThat(losses[losses.length - 1]).isLessThan(0.02);
    Path checkpoint = generative.runs().checkpoint("learns", "epoch_100");
    assertThat(checkpoint.resolve(GenerativeRuns.RANKS)).hasContent("no ranks");
    List<String> arguments = new ArrayList<>(List.of("caption"));
    for (String[] row : rows()) {
      arguments.add(row[0]);
    }
    arguments.addAll(
        List.of("--model", checkpoint.toString(), "--max-length", "8", "--min-length", "3"));
    arguments.addAll(List.of("--format", "csv"));
    ColourRuns.Run captions = ColourRuns.Run.of(arguments.toArray(String[]::new));
    assertThat(captions.code()).as(captions.err()).isZero();
    List<String> expected = new ArrayList<>(List.of("image,caption"));
    for (String[] row : rows()) {
      expected.add(row[0] + "," + row[1]);
    }
    assertThat(captions.out().lines().toList()).isEqualTo(expected);
  }

  @Test
  void aTrainingThatGoesOnEndsWithTheSameNumbers() {
    String[] flags = {
      "--model",
      "local-dir:" + folder.resolve("dropping"),
      "--epochs",
      "3",
      "--workers",
      "3",
      "--naflex-loss-scale",
      "sqrt"
    };
    ColourRuns.Run whole = generative.train("whole", flags);
    assertThat(whole.code()).as(whole.err()).isZero();
    assertThat(generative.train("parts", flags).code()).isZero();
    Checkpoint.remove(generative.runs().checkpoint("parts", "epoch_2"));
    Checkpoint.remove(generative.runs().checkpoint("parts", "epoch_3"));

    String[] more = Arrays.copyOf(flags, flags.length + 2);
    more[flags.length] = "--resume";
    more[flags.length + 1] = "latest";
    ColourRuns.Run resumed = generative.train("parts", more);

    assertThat(resumed.code()).as(resumed.err()).isZero();
    ColourRuns.assertSame(
        generative.runs().checkpoint("whole", "epoch_3"),
        generative.runs().checkpoint("parts", "epoch_3"));
  }

  @Test
  void theValidationLossIsThatOfTheCheckpointsScores() throws IOException {
    String table = generative.runs().table().toString();
    ColourRuns.Run run = generative.train("validated", "--epochs", "1", "--val-data", table);
    assertThat(run.code()).as(run.err()).isZero();
    Path checkpoint = generative.runs().checkpoint("validated", "epoch_1");

    Map<String, Object> results = results("validated");
    double sum = 0;
    List<String[]> rows = rows();
    try (GenerativeModel model =
        GenerativeModel.builder("local-dir:" + checkpoint).backend("onnx").load()) {
      for (int from = 0; from < rows.size(); from += 8) {
        double likelihood = 0;
        int tokens = 0;
        int to = Math.min(from + 8, rows.size());
        for (String[] row : rows.subList(from, to)) {
          TextScore score =
              model
                  .scoreFiles(List.of(Path.of(row[0])), List.of(row[1]), EncodingListener.NONE)
                  .get(0)
                  .get(0);
          likelihood += score.logLikelihood();
          tokens += score.tokens();
        }
        sum -= likelihood / tokens * (to - from);
      }
    }
    assertThat(results).containsEntry("num_samples", 36).containsEntry("epoch", 1);
    assertThat(((Number) results.get(CaptionValidation.LOSS)).doubleValue())
        .isCloseTo(sum / rows.size(), within(1e-4));

    ColourRuns.Run alone =
        ColourRuns.run(
            generative.runs().flags("measured"),
            GenerativeRuns.flags(
                "--val-data",
                table,
                "--pretrained",
                checkpoint.resolve("open_clip_model.safetensors").toString()));
    assertThat(alone.code()).as(alone.err()).isZero();
    assertThat(results("measured").get(CaptionValidation.LOSS))
        .isEqualTo(results.get(CaptionValidation.LOSS));
  }

  private static Map<String, Object> results(String run) throws IOException {
    Path file = generative.runs().log(run, "checkpoints").resolve("results.jsonl");
    return JSON.std.mapFrom(Files.readString(file));
  }
}
