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
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.train.command.ColouredShapes.Run;
import org.openclip.train.run.Checkpoint;

/** {@code openclip train --opt} with each optimizer, and what it leaves for going on. */
class TrainOptimizerTest {
  @TempDir static Path folder;

  @BeforeAll
  static void makeData() throws IOException {
    ColouredShapes.model(folder.resolve("model"));
    Path pictures = ColouredShapes.pictures(folder.resolve("pictures"), 4, 1);
    ColouredShapes.table(pictures, folder.resolve("shapes.csv"));
  }

  private static Run train(String name, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "train",
                "--model",
                "local-dir:" + folder.resolve("model"),
                "--train-data",
                folder.resolve("shapes.csv").toString(),
                "--batch-size",
                "8",
                "--epochs",
                "2",
                "--warmup",
                "2",
                "--workers",
                "1",
                "--precision",
                "fp32",
                "--logs",
                folder.resolve("logs").toString(),
                "--name",
                name));
    arguments.addAll(List.of(more));
    return Run.of(arguments.toArray(String[]::new));
  }

  private static Path checkpoint(String run, int epoch) {
    return folder.resolve("logs").resolve(run).resolve("checkpoints/epoch_" + epoch);
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
    for (String file : List.of("open_clip_model.safetensors", Checkpoint.OPTIMIZER)) {
      PluginRegistry plugins = PluginRegistry.create();
      try (Weights one = Checkpoints.open(checkpoint(whole, 2).resolve(file), plugins);
          Weights other =
              Checkpoints.open(checkpoint("parts-" + whole, 2).resolve(file), plugins)) {
        assertThat(one.names()).isEqualTo(other.names());
        one.names()
            .forEach(name -> assertThat(one.get(name).data()).isEqualTo(other.get(name).data()));
      }
    }
  }

  @Test
  void whatAnOptimizerHasNotIsSaid() {
    assertThat(train("bad", "--opt", "lyon").err()).contains("lyon").contains("lion");
    assertThat(train("bad2", "--opt", "sgd", "--beta1", "0.9").err())
        .contains("sgd has no beta1")
        .contains("momentum");
    assertThat(train("bad3", "--momentum", "0.9").err()).contains("adamw has no momentum");
    assertThat(train("bad4", "--opt", "sgd", "--opt-kwargs", "nesterov=2").err())
        .contains("0 or 1");
  }
}
