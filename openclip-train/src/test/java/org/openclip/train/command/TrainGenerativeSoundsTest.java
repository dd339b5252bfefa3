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
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.model.EncodingListener;
import org.openclip.hub.generative.GenerativeModel;
import org.openclip.hub.generative.TextScore;
import org.openclip.train.generative.CaptionValidation;
import org.openclip.train.run.Checkpoint;

/** {@code openclip train} of a generative model of sounds. */
class TrainGenerativeSoundsTest {
  private static final String CONFIG =
      """
      {"model_cfg": {"embed_dim": 16,
        "genlap_cfg": {"width": 32, "depth": 2, "num_heads": 2, "intermediate_size": 48,
          "text_embed_dim": 16, "mrope_section": [2, 3, 3], "ls_init_value": 0.5},
        "audio_naflex_cfg": {"sample_rate": 8000, "n_mels": 16, "window_size": 128,
          "hop_size": 80, "fmin": 50, "fmax": 3500, "patch_freq": 8, "patch_time": 4,
          "audio_seq_len": 30},
        "text_cfg": {"vocab_size": 6144, "tokenizer_kwargs": {"vocab_size": 6144},
          "context_length": 12, "pad_id": 0, "bos_id": 6142, "eos_id": 6143}}}
      """;

  @TempDir static Path folder;

  private static SoundRuns sounds;

  @BeforeAll
  static void makeData() throws IOException {
    sounds = SoundRuns.in(folder, CONFIG);
    sounds.writeTable();
  }

  private static ColourRuns.Run train(String name, String... more) {
    return sounds.train(
        name,
        Stream.concat(
                Stream.of(
                    "--naflex-seq-lens",
                    "30",
                    "--naflex-max-tokens-per-batch",
                    "250",
                    "--naflex-batch-divisor",
                    "3",
                    "--naflex-pad-multiple",
                    "8",
                    "--naflex-max-text-tokens",
                    "10"),
                Stream.of(more))
            .toArray(String[]::new));
  }

  @Test
  void aModelLearnsToNameTheTonesOfItsSounds() throws IOException {
    ColourRuns.Run run =
        train(
            "learns",
            "--epochs",
            "100",
            "--lr",
            "1e-2",
            "--lr-scheduler",
            "const",
            "--beta2",
            "0.95",
            "--wd",
            "0",
            "--save-frequency",
            "0");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).contains("sounds of up to [30] patches, 6 to 6 sounds in a batch");
    double[] losses = sounds.losses("learns");
    assertThat(losses[losses.length - 1]).isLessThan(0.1);
    Path checkpoint = sounds.runs().checkpoint("learns", "epoch_100");
    List<String> arguments = new ArrayList<>(List.of("caption"));
    List<String> expected = new ArrayList<>(List.of("sound,caption"));
    for (String[] row : rows()) {
      arguments.add(row[0]);
      expected.add(row[0] + "," + row[1]);
    }
    arguments.addAll(List.of("--model", checkpoint.toString(), "--max-length", "10"));
    arguments.addAll(List.of("--format", "csv"));
    ColourRuns.Run captions = ColourRuns.Run.of(arguments.toArray(String[]::new));
    assertThat(captions.code()).as(captions.err()).isZero();
    assertThat(captions.out().lines().toList()).isEqualTo(expected);
  }

  @Test
  void aTrainingThatGoesOnEndsWithTheSameNumbers() {
    String[] flags = {"--epochs", "3", "--workers", "3"};
    ColourRuns.Run whole = train("whole", flags);
    assertThat(whole.code()).as(whole.err()).isZero();
    assertThat(train("parts", flags).code()).isZero();
    Checkpoint.remove(sounds.runs().checkpoint("parts", "epoch_2"));
    Checkpoint.remove(sounds.runs().checkpoint("parts", "epoch_3"));

    String[] more = Arrays.copyOf(flags, flags.length + 2);
    more[flags.length] = "--resume";
    more[flags.length + 1] = "latest";
    ColourRuns.Run resumed = train("parts", more);

    assertThat(resumed.code()).as(resumed.err()).isZero();
    ColourRuns.assertSame(
        sounds.runs().checkpoint("whole", "epoch_3"), sounds.runs().checkpoint("parts", "epoch_3"));
  }

  @Test
  void theValidationLossIsThatOfTheCheckpointsScores() throws IOException {
    ColourRuns.Run run =
        train(
            "validated",
            "--epochs",
            "1",
            "--val-data",
            sounds.runs().table().toString(),
            "--dataset-type",
            "auto");
    assertThat(run.code()).as(run.err()).isZero();
    Path checkpoint = sounds.runs().checkpoint("validated", "epoch_1");

    double sum = 0;
    List<String[]> rows = rows();
    try (GenerativeModel model =
        GenerativeModel.builder("local-dir:" + checkpoint).backend("onnx").load()) {
      for (int from = 0; from < rows.size(); from += 6) {
        double likelihood = 0;
        int tokens = 0;
        for (String[] row : rows.subList(from, from + 6)) {
          TextScore score =
              model
                  .scoreFiles(List.of(Path.of(row[0])), List.of(row[1]), EncodingListener.NONE)
                  .get(0)
                  .get(0);
          likelihood += score.logLikelihood();
          tokens += score.tokens();
        }
        sum -= likelihood / tokens * 6;
      }
    }
    Path file = sounds.runs().log("validated", "checkpoints").resolve("results.jsonl");
    Map<String, Object> results = JSON.std.mapFrom(Files.readString(file));
    assertThat(results).containsEntry("num_samples", 18);
    assertThat(((Number) results.get(CaptionValidation.LOSS)).doubleValue())
        .isCloseTo(sum / rows.size(), within(1e-4));
  }

  private static List<String[]> rows() throws IOException {
    return Files.readAllLines(sounds.runs().table()).stream()
        .skip(1)
        .map(row -> row.split("\t", -1))
        .toList();
  }
}
