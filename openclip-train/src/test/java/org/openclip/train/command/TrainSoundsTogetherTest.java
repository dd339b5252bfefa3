package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.model.ModelFolder;

/** Two processes that train a model of sounds together. */
class TrainSoundsTogetherTest {
  @TempDir Path folder;

  @Test
  void twoProcessesTrainAsOneWithBatchesOfBoth() throws Exception {
    SoundRuns runs = SoundRuns.in(folder, SoundRuns.NAFLEX);
    runs.writeTable();
    DistributedRuns together = new DistributedRuns(runs.runs());
    String[] usual = {
      "--naflex-seq-lens",
      "12",
      "--opt",
      "sgd",
      "--lr",
      "1e-2",
      "--epochs",
      "2",
      "--workers",
      "1",
      "--log-every-n-steps",
      "1"
    };
    List<String> two =
        together.arguments(
            "two",
            Stream.concat(
                    Stream.of(usual),
                    Stream.of(
                        "--naflex-max-tokens-per-batch",
                        "36",
                        "--naflex-batch-divisor",
                        "3",
                        "--local-loss",
                        "--gather-with-grad"))
                .toArray(String[]::new));
    DistributedRuns.Running launched =
        together.start(
            Map.of(),
            Stream.concat(Stream.of("launch", "--nproc", "2", "--"), two.stream()).toList());
    ColourRuns.Run alone =
        runs.runs()
            .train(
                "one",
                Stream.concat(
                        Stream.of(usual),
                        Stream.of(
                            "--naflex-max-tokens-per-batch", "72", "--naflex-batch-divisor", "6"))
                    .toArray(String[]::new));

    DistributedRuns.Ended ended = launched.end();

    assertThat(alone.code()).as(alone.err()).isZero();
    assertThat(ended.code()).as(ended.said()).isZero();
    assertThat(ended.said()).contains("9 sounds in an epoch of a process");
    double[] losses = runs.losses("one");
    assertThat(losses).hasSize(6);
    assertThat(runs.losses("two")).containsExactly(losses, within(2e-4));
    assertClose(runs.runs().checkpoint("two", "epoch_2"), runs.runs().checkpoint("one", "epoch_2"));
  }

  private static void assertClose(Path one, Path other) {
    PluginRegistry plugins = PluginRegistry.create();
    try (Weights a = Checkpoints.open(one.resolve(ModelFolder.CHECKPOINT), plugins);
        Weights b = Checkpoints.open(other.resolve(ModelFolder.CHECKPOINT), plugins)) {
      assertThat(a.names()).contains("audio.encoder.vit.embeds.proj.weight");
      for (String name : a.names()) {
        float[] left = Objects.requireNonNull(a.get(name)).toFloats();
        float[] right = b.get(name).toFloats();
        assertThat(left).as(name).hasSameSizeAs(right);
        float most = 0;
        for (int i = 0; i < left.length; i++) {
          most = Math.max(most, Math.abs(left[i] - right[i]));
        }
        assertThat(most).as(name).isLessThan(5e-6f);
      }
    }
  }
}
