package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.model.ModelFolder;

/** {@code openclip train --use-naflex} in two processes. */
@Tag("once")
class TrainNaFlexTogetherTest {
  @TempDir static Path folder;

  /** Each process draws crops of its own, so the pictures of both runs are not cropped. */
  private static final List<String> FLAGS =
      List.of(
          "--use-naflex",
          "--naflex-seq-lens",
          "6",
          "9",
          "18",
          "--naflex-batch-divisor",
          "2",
          "--aug-cfg",
          "scale=1,1",
          "ratio=1,1",
          "--epochs",
          "3",
          "--opt",
          "sgd",
          "--lr",
          "1e-2",
          "--log-every-n-steps",
          "1");

  private static String[] flags(String... more) {
    return Stream.concat(FLAGS.stream(), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  void twoProcessesTrainAsOneWithBatchesOfBoth() throws Exception {
    DistributedRuns together = new DistributedRuns(NaFlexRuns.in(folder).runs());
    ColourRuns runs = together.runs();
    String[] validated = {"--val-data", runs.table().toString(), "--val-frequency", "3"};
    List<String> two =
        together.arguments(
            "two",
            Stream.concat(
                    Stream.of(
                        flags(
                            "--naflex-max-tokens-per-batch",
                            "36",
                            "--local-loss",
                            "--gather-with-grad")),
                    Stream.of(validated))
                .toArray(String[]::new));
    DistributedRuns.Running launched =
        together.start(
            Map.of(),
            Stream.concat(Stream.of("launch", "--nproc", "2", "--"), two.stream()).toList());
    ColourRuns.Run alone =
        runs.train(
            "one",
            Stream.concat(
                    Stream.of(
                        flags(
                            "--naflex-max-tokens-per-batch",
                            "72",
                            "--naflex-batch-divisor",
                            "4",
                            "--workers",
                            "1")),
                    Stream.of(validated))
                .toArray(String[]::new));

    DistributedRuns.Ended ended = launched.end();

    assertThat(alone.code()).as(alone.err()).isZero();
    assertThat(ended.code()).as(ended.said()).isZero();
    assertThat(ended.said()).contains("18 images in an epoch of a process");
    assertThat(alone.err()).contains("36 images in an epoch of a process");
    assertClose(runs.checkpoint("two", "epoch_3"), runs.checkpoint("one", "epoch_3"));
    double[] losses = new NaFlexRuns(runs).losses("one");
    assertThat(losses).hasSize(12);
    assertThat(new NaFlexRuns(runs).losses("two")).containsExactly(losses, within(2e-4));
    Map<String, Object> both = results(runs, "two");
    Map<String, Object> single = results(runs, "one");
    assertThat(both.get("num_samples")).isEqualTo(36).isEqualTo(single.get("num_samples"));
    assertThat((Double) both.get("image_to_text_mean_rank"))
        .isCloseTo((Double) single.get("image_to_text_mean_rank"), within(0.2));
  }

  private static Map<String, Object> results(ColourRuns runs, String run) throws IOException {
    List<String> lines = Files.readAllLines(runs.log(run, "checkpoints/results.jsonl"));
    return JSON.std.mapFrom(lines.get(lines.size() - 1));
  }

  private static void assertClose(Path one, Path other) {
    PluginRegistry plugins = PluginRegistry.create();
    try (Weights a = Checkpoints.open(one.resolve(ModelFolder.CHECKPOINT), plugins);
        Weights b = Checkpoints.open(other.resolve(ModelFolder.CHECKPOINT), plugins)) {
      assertThat(a.names()).contains("visual.trunk.embeds.pos_embed");
      for (String name : a.names()) {
        float[] left = Objects.requireNonNull(a.get(name)).toFloats();
        float[] right = b.get(name).toFloats();
        assertThat(left).as(name).hasSameSizeAs(right);
        float most = 0;
        for (int i = 0; i < left.length; i++) {
          most = Math.max(most, Math.abs(left[i] - right[i]));
        }
        assertThat(most).as(name).isLessThan(2e-6f);
      }
    }
  }
}
