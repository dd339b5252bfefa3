package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.Checkpoints;

/** {@code openclip train} in several processes. */
@Tag("once")
class TrainTogetherTest {
  @TempDir static Path folder;

  private static DistributedRuns together;

  @BeforeAll
  static void makeData() throws IOException {
    together = new DistributedRuns(ColourRuns.in(folder));
  }

  @Test
  void twoProcessesTrainAsOneWithBatchesOfBoth() throws Exception {
    String[] flags = {
      "--epochs", "2", "--lr", "1e-3", "--val-data", together.runs().table().toString()
    };
    DistributedRuns.Running launched =
        together.start(
            Map.of(),
            java.util.stream.Stream.concat(
                    java.util.stream.Stream.of("launch", "--nproc", "2", "--"),
                    together
                        .arguments(
                            "two",
                            "--epochs",
                            "2",
                            "--lr",
                            "1e-3",
                            "--batch-size",
                            "8",
                            "--local-loss",
                            "--gather-with-grad",
                            "--val-data",
                            together.runs().table().toString())
                        .stream())
                .toList());
    ColourRuns.Run alone =
        together.runs().train("one", concat(flags, "--batch-size", "16", "--threads", "1"));

    DistributedRuns.Ended ended = launched.end();

    assertThat(alone.code()).as(alone.err()).isZero();
    assertThat(ended.code()).as(ended.said()).isZero();
    assertThat(ended.said())
        .contains("[0] 2 processes train together")
        .contains("done after 4 steps")
        .doesNotContain("[1] epoch");
    assertClose(
        together.runs().checkpoint("two", "epoch_2"), together.runs().checkpoint("one", "epoch_2"));
    assertThat(Files.readString(together.runs().log("two", "checkpoints/results.jsonl")))
        .contains("\"num_samples\":32");
  }

  private static String[] concat(String[] some, String... more) {
    return java.util.stream.Stream.concat(
            java.util.Arrays.stream(some), java.util.Arrays.stream(more))
        .toArray(String[]::new);
  }

  private static void assertClose(Path one, Path other) {
    PluginRegistry plugins = PluginRegistry.create();
    String file = "open_clip_model.safetensors";
    try (Weights a = Checkpoints.open(one.resolve(file), plugins);
        Weights b = Checkpoints.open(other.resolve(file), plugins)) {
      for (String name : List.of("visual.proj", "text_projection", "logit_scale")) {
        assertThat(a.get(name).toFloats())
            .as(name)
            .containsExactly(b.get(name).toFloats(), org.assertj.core.api.Assertions.within(2e-4f));
      }
    }
  }
}
