package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code srun openclip train}, by Slurm itself: Debian's packages slurm-wlm and munge. */
@Tag("full")
@Tag("once")
class TrainUnderSlurmTest {
  @TempDir static Path folder;

  private static DistributedRuns together;
  private static SlurmCluster cluster;

  @BeforeAll
  static void startSlurm() throws Exception {
    assumeTrue(SlurmCluster.possible(), "Slurm and munge are not installed, or this is not root");
    together = new DistributedRuns(ColourRuns.in(Files.createDirectories(folder.resolve("runs"))));
    cluster = SlurmCluster.start(Files.createDirectories(folder.resolve("slurm")));
  }

  @AfterAll
  static void endSlurm() {
    if (cluster != null) {
      cluster.close();
    }
  }

  private static DistributedRuns.Running srun(List<String> how, List<String> arguments)
      throws Exception {
    // Slurm tells where rank 0 is; what this process was told of others would come first.
    Map<String, String> variables = new HashMap<>(cluster.variables());
    return together.start(
        variables,
        Stream.concat(Stream.of("srun"), how.stream()).toList(),
        together.runs().folder(),
        arguments);
  }

  @Test
  void aTaskOnEachOfTwoNodesTrainsWithTheOther() throws Exception {
    DistributedRuns.Ended ended =
        srun(
                List.of("-N", "2", "-n", "2", "--label"),
                together.arguments("nodes", "--epochs", "2", "--local-loss", "--log-local"))
            .end();

    assertThat(ended.code()).as(ended.said()).isZero();
    assertThat(ended.said())
        .contains("0: distributed training with 2 processes, this is rank 0")
        .contains("done after 4 steps");
    assertThat(together.runs().checkpoint("nodes", "epoch_2")).isDirectory();
    assertThat(together.runs().log("nodes", "out-1")).content().contains("done after 4 steps");
  }

  @Test
  void aJobThatIsCancelledIsSavedAndTheSameScriptGoesOn() throws Exception {
    String[] script = {
      "--epochs", "40", "--log-every-n-steps", "1", "--resume", "latest", "--save-frequency", "0"
    };
    DistributedRuns.Running first =
        srun(List.of("-N", "1", "-n", "2"), together.arguments("again", script));
    first.waitFor("epoch 2 step ");
    ProcessBuilder cancel = new ProcessBuilder("scancel", "--signal=TERM", "--user=root");
    cancel.environment().putAll(cluster.variables());
    assertThat(cancel.inheritIO().start().waitFor()).isZero();
    DistributedRuns.Ended stopped = first.end();
    assertThat(stopped.said()).contains("stopped at step ");
    assertThat(together.runs().checkpoint("again", "stopped")).isDirectory();

    DistributedRuns.Ended ended =
        srun(List.of("-N", "1", "-n", "2"), together.arguments("again", script)).end();

    assertThat(ended.code()).as(ended.said()).isZero();
    assertThat(ended.said()).contains("done after 80 steps");
  }
}
