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
import org.openclip.train.generative.CaptionValidation;

/** {@code openclip train} of a generative model in two processes. */
@Tag("once")
class TrainGenerativeTogetherTest {
  @TempDir static Path folder;

  /** Each process draws crops of its own, so the pictures of both runs are not cropped. */
  private static String[] flags(String budget, String divisor, String table) {
    return new String[] {
      "--naflex-seq-lens",
      "6",
      "9",
      "--naflex-max-text-tokens",
      "9",
      "--naflex-max-tokens-per-batch",
      budget,
      "--naflex-batch-divisor",
      divisor,
      "--aug-cfg",
      "scale=1,1",
      "ratio=1,1",
      "--epochs",
      "2",
      "--opt",
      "sgd",
      "--lr",
      "1e-2",
      "--log-every-n-steps",
      "1",
      "--val-data",
      table
    };
  }

  /** All captions have the same number of tokens, so that the mean of means is the mean. */
  @Test
  void twoProcessesTrainAsOneWithBatchesOfBoth() throws Exception {
    ColourRuns runs = GenerativeRuns.in(folder).runs();
    String table = runs.table().toString();
    DistributedRuns together = new DistributedRuns(runs);
    DistributedRuns.Running launched =
        together.start(
            Map.of(),
            Stream.concat(
                    Stream.of("launch", "--nproc", "2", "--"),
                    together.arguments("two", flags("108", "2", table)).stream())
                .toList());
    ColourRuns.Run alone =
        runs.train(
            "one",
            Stream.concat(Stream.of(flags("216", "4", table)), Stream.of("--workers", "1"))
                .toArray(String[]::new));

    DistributedRuns.Ended ended = launched.end();

    assertThat(alone.code()).as(alone.err()).isZero();
    assertThat(ended.code()).as(ended.said()).isZero();
    assertThat(ended.said()).contains("18 images in an epoch of a process");
    assertClose(runs.checkpoint("two", "epoch_2"), runs.checkpoint("one", "epoch_2"));
    double[] losses = new NaFlexRuns(runs).losses("one");
    assertThat(losses).hasSizeGreaterThan(4);
    assertThat(new NaFlexRuns(runs).losses("two")).containsExactly(losses, within(2e-4));
    assertThat(loss(runs, "two")).isCloseTo(loss(runs, "one"), within(1e-4));
  }

  private static double loss(ColourRuns runs, String run) throws IOException {
    List<String> lines = Files.readAllLines(runs.log(run, "checkpoints/results.jsonl"));
    Map<String, Object> results = JSON.std.mapFrom(lines.get(lines.size() - 1));
    assertThat(results).containsEntry("num_samples", 36);
    return (Double) Objects.requireNonNull(results.get(CaptionValidation.LOSS));
  }

  private static void assertClose(Path one, Path other) {
    PluginRegistry plugins = PluginRegistry.create();
    try (Weights a = Checkpoints.open(one.resolve(ModelFolder.CHECKPOINT), plugins);
        Weights b = Checkpoints.open(other.resolve(ModelFolder.CHECKPOINT), plugins)) {
      assertThat(a.names()).contains("lm_head.weight", "visual.trunk.ln_post.bias");
      for (String name : a.names()) {
        assertThat(a.get(name).toFloats())
            .as(name)
            .containsExactly(b.get(name).toFloats(), within(2e-6f));
      }
    }
  }
}
