package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
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
import org.openclip.train.run.Checkpoint;

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
            Stream.concat(
                    Stream.of("launch", "--nproc", "2", "--"),
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

  @Test
  @Tag("full")
  void aLaunchThatIsToldToEndIsSavedAndGoesOnWithAnotherNumberOfProcesses() throws Exception {
    List<String> launch = List.of("launch", "--nproc", "2", "--");
    String[] long1 = {"--epochs", "300", "--log-every-n-steps", "1", "--batch-size", "4"};
    DistributedRuns.Running running =
        together.start(
            Map.of(),
            Stream.concat(launch.stream(), together.arguments("told", long1).stream()).toList());
    running.waitFor("epoch 1 step ");

    running.process().destroy();

    DistributedRuns.Ended ended = running.end();
    assertThat(ended.said()).contains("stopped at step ");
    assertThat(together.runs().checkpoint("told", "stopped")).isDirectory();
    int epoch = Checkpoint.read(together.runs().checkpoint("told", "stopped")).progress().epoch();
    ColourRuns.Run alone =
        together
            .runs()
            .train(
                "told",
                "--epochs",
                Integer.toString(epoch + 1),
                "--batch-size",
                "4",
                "--threads",
                "1",
                "--workers",
                "1",
                "--resume",
                "latest",
                "--resume-changed");
    assertThat(alone.code()).as(alone.err()).isZero();
    assertThat(alone.err()).contains("done after ");
  }

  private static String[] concat(String[] some, String... more) {
    return Stream.concat(java.util.Arrays.stream(some), java.util.Arrays.stream(more))
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
