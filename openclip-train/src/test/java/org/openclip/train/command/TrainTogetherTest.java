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
import org.openclip.hub.adapter.Adapters;
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
                            "--fsdp",
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
        .contains("[0] distributed training with 2 processes")
        .contains("done after 4 steps")
        .doesNotContain("[1] epoch");
    assertClose(
        together.runs().checkpoint("two", "epoch_2"), together.runs().checkpoint("one", "epoch_2"));
    assertThat(Files.readString(together.runs().log("two", "checkpoints/results.jsonl")))
        .contains("\"num_samples\":32");
  }

  @Test
  void twoProcessesMaskEqualCaptionsOfBothAndTrainTheSameAdapters() throws Exception {
    assertThat(together.runs().train("base", "--epochs", "1", "--lr", "1e-3").code()).isZero();
    Path base =
        together.runs().checkpoint("base", "epoch_1").resolve("open_clip_model.safetensors");
    // Each process draws crops of its own, so the pictures of both runs are not cropped.
    String[] flags = {
      "--epochs",
      "2",
      "--opt",
      "sgd",
      "--lr",
      "1e-2",
      "--lora",
      "2",
      "--aug-cfg",
      "scale=1,1",
      "--pretrained",
      base.toString()
    };
    String[] masked = concat(flags, "--mask-duplicate-captions");
    DistributedRuns.Running launched =
        launch(
            List.of("--nproc", "2"),
            "both",
            concat(masked, "--batch-size", "8", "--gather-with-grad", "--fsdp"));
    String[] whole = {"--batch-size", "16", "--threads", "1"};
    ColourRuns.Run alone = together.runs().train("masked", concat(masked, whole));
    assertThat(together.runs().train("plain", concat(flags, whole)).code()).isZero();

    DistributedRuns.Ended ended = launched.end();

    assertThat(alone.code()).as(alone.err()).isZero();
    assertThat(ended.code()).as(ended.said()).isZero();
    double same = distance("both", "masked");
    assertThat(distance("plain", "masked")).as("not %s", same).isGreaterThan(1000 * same);
    assertThat(same).isLessThan(1e-7);
  }

  /** Returns the largest difference of a number of two runs' adapters. */
  private static double distance(String one, String other) {
    PluginRegistry plugins = PluginRegistry.create();
    double most = 0;
    try (Adapters a = Adapters.open(together.runs().checkpoint(one, "epoch_2"), plugins);
        Adapters b = Adapters.open(together.runs().checkpoint(other, "epoch_2"), plugins)) {
      for (String name : a.weights().names()) {
        float[] left = a.weights().get(name).toFloats();
        float[] right = b.weights().get(name).toFloats();
        for (int i = 0; i < left.length; i++) {
          most = Math.max(most, Math.abs(left[i] - right[i]));
        }
      }
    }
    return most;
  }

  private static DistributedRuns.Running launch(List<String> how, String name, String... flags)
      throws IOException {
    return together.start(
        Map.of(),
        Stream.of(List.of("launch"), how, List.of("--"), together.arguments(name, flags))
            .flatMap(List::stream)
            .toList());
  }

  private static void assertDone(DistributedRuns.Ended ended) {
    assertThat(ended.code()).as(ended.said()).isZero();
    assertThat(ended.said()).contains("done after ");
  }

  @Test
  @Tag("full")
  void aStateThatIsSharedOutIsSavedWholeAndGoesOnWithAnotherNumberOfProcesses() throws Exception {
    List<String> two = List.of("--nproc", "2");
    List<String> four = List.of("--nproc", "4");
    String[] one = {"--epochs", "1", "--batch-size", "4"};
    assertDone(launch(two, "shared", concat(one, "--fsdp")).end());
    assertDone(launch(two, "whole", one).end());
    ColourRuns.assertSame(
        together.runs().checkpoint("shared", "epoch_1"),
        together.runs().checkpoint("whole", "epoch_1"));

    String[] more = {
      "--epochs", "2", "--batch-size", "2", "--resume", "latest", "--resume-changed"
    };
    assertDone(launch(four, "shared", concat(more, "--fsdp")).end());
    assertDone(launch(four, "whole", more).end());

    ColourRuns.assertSame(
        together.runs().checkpoint("shared", "epoch_2"),
        together.runs().checkpoint("whole", "epoch_2"));
  }

  @Test
  @Tag("full")
  void aLaunchStartsAgainWhenAProcessIsKilledAndComesToTheSameEnd() throws Exception {
    String[] flags = {"--epochs", "20", "--batch-size", "4", "--log-every-n-steps", "1", "--fsdp"};
    List<String> how = List.of("--nproc", "2", "--max-restarts", "1");
    DistributedRuns.Running running = launch(how, "restarted", flags);
    running.waitFor("epoch 4 step ");

    List<ProcessHandle> ranks = running.process().children().toList();
    assertThat(ranks).hasSize(2);
    ranks.get(1).destroyForcibly();

    DistributedRuns.Ended ended = running.end();
    assertDone(ended);
    assertThat(ended.said())
        .contains("restarting all processes from the last checkpoint, restart 1 of 1");
    assertDone(launch(List.of("--nproc", "2"), "calm", flags).end());
    ColourRuns.assertSame(
        together.runs().checkpoint("restarted", "epoch_20"),
        together.runs().checkpoint("calm", "epoch_20"));
    assertThat(ranks).noneMatch(ProcessHandle::isAlive);
  }

  @Test
  @Tag("full")
  void launchesOfTwoMachinesTrainTogether() throws Exception {
    String port = Integer.toString(DistributedRuns.freePort());
    List<DistributedRuns.Running> running = new java.util.ArrayList<>();
    for (int node = 0; node < 2; node++) {
      List<String> how =
          List.of(
              "--nproc",
              "2",
              "--nnodes",
              "2",
              "--node-rank",
              Integer.toString(node),
              "--master-addr",
              "127.0.0.1",
              "--master-port",
              port);
      running.add(launch(how, "machines", "--epochs", "2", "--batch-size", "4"));
    }

    List<DistributedRuns.Ended> ended = DistributedRuns.end(running);

    assertDone(ended.get(0));
    assertThat(ended.get(0).said())
        .contains("[0] distributed training with 4 processes, this is rank 0");
    assertThat(ended.get(1).code()).as(ended.get(1).said()).isZero();
  }

  @Test
  @Tag("full")
  void stepsOfSeveralProcessesAreMeasured() throws Exception {
    Path plot = folder.resolve("scaling.svg");
    DistributedRuns.Ended ended =
        launch(
                List.of("--measure", "1,2", "--measured-steps", "3", "--plot", plot.toString()),
                "measured",
                "--local-loss")
            .end();

    assertThat(ended.code()).as(ended.said()).isZero();
    assertThat(ended.said())
        .containsPattern("\\| 1 \\| \\d+ ms \\| \\d+ ms \\| 0% \\|")
        .containsPattern("\\| 2 \\| \\d+ ms \\| \\d+ ms \\| \\d+% \\| [1-9][0-9.]* MB \\|");
    assertThat(plot).content().startsWith("<svg ").contains("ViT-bigG-14, batch 163,840");
    assertThat(together.runs().log("measured", "out.log")).doesNotExist();
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
