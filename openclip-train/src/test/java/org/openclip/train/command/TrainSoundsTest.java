package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.audio.ClapModel;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.model.ModelFolder;
import org.openclip.train.run.Checkpoint;

/** Trainings of models of sounds on shards, of all three audio towers. */
class TrainSoundsTest {
  @TempDir Path folder;

  private SoundRuns runs(String tower) throws IOException {
    return SoundRuns.in(
        folder,
        switch (tower) {
          case "whisper" -> SoundRuns.WHISPER;
          case "htsat" -> SoundRuns.HTSAT;
          case "fused" -> SoundRuns.FUSED;
          default -> SoundRuns.NAFLEX;
        });
  }

  private static String[] flags(String tower, String... more) {
    String[] usual =
        tower.equals("naflex")
            ? new String[] {
              "--naflex-seq-lens",
              "12",
              "30",
              "--naflex-max-tokens-per-batch",
              "180",
              "--naflex-batch-divisor",
              "3",
              "--naflex-pad-multiple",
              "8"
            }
            : new String[0];
    String[] all = Arrays.copyOf(usual, usual.length + more.length);
    System.arraycopy(more, 0, all, usual.length, more.length);
    return all;
  }

  @ParameterizedTest
  @ValueSource(strings = {"whisper", "naflex"})
  void aModelLearnsWhichCaptionSoundsHave(String tower) throws IOException {
    learn(tower);
  }

  @Test
  @Tag("full")
  void htsatLearnsWhichCaptionSoundsHave() throws IOException {
    learn("htsat");
  }

  private void learn(String tower) throws IOException {
    SoundRuns runs = runs(tower);

    ColourRuns.Run run = runs.train("learns", flags(tower, "--epochs", "24", "--lr", "3e-3"));

    assertThat(run.code()).as(run.err()).isZero();
    try (ClapModel model = ClapModel.load(runs.runs().checkpoint("learns", "epoch_24"))) {
      float[][] logits =
          model.logits(model.encodeFiles(runs.files()), model.encodeTexts(SoundRuns.captions()));
      assertThat(runs.recognised(logits)).as("of 18 sounds").isGreaterThan(11);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"whisper", "htsat", "fused", "naflex"})
  void aTrainingThatGoesOnEndsWithTheSameNumbers(String tower) throws IOException {
    SoundRuns runs = runs(tower);
    String[] flags = flags(tower, "--epochs", "3", "--accum-freq", "2", "--workers", "3");
    ColourRuns.Run whole = runs.train("whole", flags);
    assertThat(whole.code()).as(whole.err()).isZero();
    assertThat(runs.train("parts", flags).code()).isZero();
    Checkpoint.remove(runs.runs().checkpoint("parts", "epoch_2"));
    Checkpoint.remove(runs.runs().checkpoint("parts", "epoch_3"));

    ColourRuns.Run resumed =
        runs.train(
            "parts",
            flags(
                tower,
                "--epochs",
                "3",
                "--accum-freq",
                "2",
                "--workers",
                "3",
                "--resume",
                "latest"));

    assertThat(resumed.code()).as(resumed.err()).isZero();
    ColourRuns.assertSame(
        runs.runs().checkpoint("whole", "epoch_3"), runs.runs().checkpoint("parts", "epoch_3"));
  }

  @Test
  void trainingStartsFromWeightsThatExist() throws IOException {
    SoundRuns runs = runs("whisper");
    assertThat(runs.train("first", "--epochs", "1").code()).isZero();
    Path start = runs.runs().checkpoint("first", "epoch_1").resolve(ModelFolder.CHECKPOINT);

    ColourRuns.Run run =
        runs.train("second", "--epochs", "1", "--lr", "0", "--pretrained", start.toString());

    assertThat(run.code()).as(run.err()).isZero();
    Path end = runs.runs().checkpoint("second", "epoch_1").resolve(ModelFolder.CHECKPOINT);
    PluginRegistry plugins = PluginRegistry.create();
    try (Weights before = Checkpoints.open(start, plugins);
        Weights after = Checkpoints.open(end, plugins)) {
      assertThat(after.names()).isEqualTo(before.names());
      for (String name : before.names()) {
        assertThat(after.get(name).data()).as(name).isEqualTo(before.get(name).data());
      }
    }
    assertThat(
            Files.readString(
                runs.runs().checkpoint("second", "epoch_1").resolve("open_clip_config.json")))
        .contains("audio_cfg");
  }
}
