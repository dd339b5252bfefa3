package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.train.command.ColourRuns.Run;
import org.openclip.train.run.Checkpoint;

/** {@code openclip train --opt} with each optimizer, and what it leaves for going on. */
class TrainOptimizerTest {
  @TempDir static Path folder;

  private static ColourRuns runs;

  @BeforeAll
  static void makeData() throws IOException {
    runs = ColourRuns.ofShapes(folder, 4, 1);
  }

  private static Run train(String name, String... more) {
    List<String> flags =
        new ArrayList<>(List.of("--epochs", "2", "--warmup", "2", "--workers", "1"));
    flags.addAll(List.of(more));
    return runs.train(name, flags.toArray(String[]::new));
  }

  private static Path checkpoint(String run, int epoch) {
    return runs.checkpoint(run, "epoch_" + epoch);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lion --lr 1e-4 --wd 1.0 --beta2 0.95",
        "sgd --lr 0.1 --momentum 0.8 --wd 1e-4",
        "sgd --lr 0.1 --momentum 0",
        "timm/sgdw --lr 0.1"
      })
  void aTrainingGoesOnToTheBit(String flags) {
    String[] more = ("--opt " + flags).split(" ");
    String whole = "whole-" + flags.replaceAll("[^a-z0-9]", "");
    Run run = train(whole, more);
    assertThat(run.code()).as(run.err()).isZero();
    Run begun = train("parts-" + whole, more);
    assertThat(begun.code()).as(begun.err()).isZero();
    Checkpoint.remove(checkpoint("parts-" + whole, 2));
    List<String> again = new ArrayList<>(List.of(more));
    again.addAll(List.of("--resume", "latest"));

    Run resumed = train("parts-" + whole, again.toArray(String[]::new));

    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.err()).contains("from step 3");
    ColourRuns.assertSame(checkpoint(whole, 2), checkpoint("parts-" + whole, 2));
  }

  @Test
  void whatAnOptimizerHasNotIsSaid() {
    assertThat(train("bad", "--opt", "lyon").err()).contains("lyon").contains("lion");
    assertThat(train("bad2", "--opt", "sgd", "--beta1", "0.9").err())
        .contains("sgd has no option beta1")
        .contains("momentum");
    assertThat(train("bad3", "--momentum", "0.9").err()).contains("adamw has no option momentum");
    assertThat(train("bad4", "--opt", "sgd", "--opt-kwargs", "nesterov=2").err())
        .contains("0 or 1");
  }
}
