package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.model.ModelFolder;
import org.openclip.train.run.Checkpoint;

/** {@code openclip train --use-bnb-linear}: MLPs in 8-bit integers. */
@Tag("once")
class TrainSwitchBackTest {
  private static final String[] GLOBAL = {"--use-bnb-linear", "SwitchBackLinearGlobal"};

  @TempDir static Path folder;

  private static ColourRuns runs;

  @BeforeAll
  static void makeData() throws IOException {
    runs = ColourRuns.in(folder);
  }

  private static ColourRuns.Run train(String name, String... flags) {
    return runs.train(
        name, Stream.concat(Stream.of(GLOBAL), Stream.of(flags)).toArray(String[]::new));
  }

  @Test
  void itGoesOnWhereItStoppedAndDiffersFromATrainingInFloat() {
    assertThat(train("whole", "--epochs", "3").code()).isZero();
    assertThat(train("parts", "--epochs", "3").code()).isZero();
    assertThat(runs.train("float", "--epochs", "3").code()).isZero();
    Checkpoint.remove(runs.checkpoint("parts", "epoch_2"));
    Checkpoint.remove(runs.checkpoint("parts", "epoch_3"));

    ColourRuns.Run resumed = train("parts", "--epochs", "3", "--resume", "latest");

    assertThat(resumed.code()).as(resumed.err()).isZero();
    ColourRuns.assertSame(runs.checkpoint("whole", "epoch_3"), runs.checkpoint("parts", "epoch_3"));
    assertThat(distance("whole", "float", "epoch_3")).isBetween(1e-4, 0.2);
  }

  /** Returns how far two runs' weights are from each other, relative to the weights themselves. */
  private static double distance(String one, String other, String epoch) {
    PluginRegistry plugins = PluginRegistry.create();
    double differences = 0;
    double all = 0;
    try (Weights a =
            Checkpoints.open(runs.checkpoint(one, epoch).resolve(ModelFolder.CHECKPOINT), plugins);
        Weights b =
            Checkpoints.open(
                runs.checkpoint(other, epoch).resolve(ModelFolder.CHECKPOINT), plugins)) {
      for (String name : List.of("visual.proj", "text_projection")) {
        float[] left = a.get(name).toFloats();
        float[] right = b.get(name).toFloats();
        for (int i = 0; i < left.length; i++) {
          differences += Math.pow(left[i] - right[i], 2);
          all += Math.pow(left[i], 2);
        }
      }
    }
    return Math.sqrt(differences / all);
  }

  @Test
  void itDoesNotGoOnWithoutTheFlagUnlessItIsSaid() {
    assertThat(train("flag", "--epochs", "1").code()).isZero();

    ColourRuns.Run resumed = runs.train("flag", "--epochs", "1", "--resume", "latest");

    assertThat(resumed.code()).isEqualTo(2);
    assertThat(resumed.err()).contains("--use-bnb-linear").contains("--resume-changed");
  }

  @Test
  void partsOfAStepAndPartsInTwoProcessesActAsOneLargeBatch() throws Exception {
    DistributedRuns together = new DistributedRuns(runs);
    String[] flags = {"--epochs", "1", "--opt", "sgd", "--threads", "1"};
    ColourRuns.Run large = train("large", with(flags, "--batch-size", "16"));
    ColourRuns.Run small = train("small", with(flags, "--batch-size", "8", "--accum-freq", "2"));
    String[] shared =
        with(with(flags, GLOBAL), "--batch-size", "8", "--local-loss", "--gather-with-grad");
    DistributedRuns.Ended two =
        together
            .start(
                Map.of(),
                Stream.concat(
                        Stream.of("launch", "--nproc", "2", "--"),
                        together.arguments("two", shared).stream())
                    .toList())
            .end();

    assertThat(large.code()).as(large.err()).isZero();
    assertThat(small.code()).as(small.err()).isZero();
    assertThat(two.code()).as(two.said()).isZero();
    assertThat(runs.train("large-float", with(flags, "--batch-size", "16")).code()).isZero();
    // A sum in another order may be rounded to another integer, which is rare.
    double least = distance("large", "large-float", "epoch_1") / 10;
    assertThat(distance("large", "small", "epoch_1")).isLessThan(least);
    assertThat(distance("large", "two", "epoch_1")).isLessThan(least);
  }

  private static String[] with(String[] flags, String... more) {
    return Stream.concat(Stream.of(flags), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  void wrongUsageIsSaidInOneLine() {
    ColourRuns.Run unknown = runs.train("bad", "--use-bnb-linear", "Linear8bitLt");

    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.err())
        .contains("--use-bnb-linear 'Linear8bitLt' is not one of SwitchBackLinearGlobal, ");
  }
}
