package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two network namespaces with addresses of their own, as two hosts of a Slurm job. */
@Tag("full")
@Tag("once")
class TrainOnTwoHostsTest {
  private static final String[] HOSTS = {"openclip-a", "openclip-b"};

  @TempDir Path folder;

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  private static void must(String command) throws IOException, InterruptedException {
    assertThat(run(command.split(" "))).as(command).isZero();
  }

  @AfterEach
  void removeHosts() throws IOException, InterruptedException {
    for (String host : HOSTS) {
      run("ip", "netns", "del", host);
    }
  }

  private static void makeHosts() throws IOException, InterruptedException {
    must("ip link add oc-veth-a type veth peer name oc-veth-b");
    for (int i = 0; i < 2; i++) {
      String end = i == 0 ? "oc-veth-a" : "oc-veth-b";
      must("ip link set " + end + " netns " + HOSTS[i]);
      must("ip -n " + HOSTS[i] + " addr add 10.77.0." + (i + 1) + "/24 dev " + end);
      must("ip -n " + HOSTS[i] + " link set " + end + " up");
      must("ip -n " + HOSTS[i] + " link set lo up");
    }
  }

  @Test
  void twoHostsOfASlurmJobTrainTogether() throws Exception {
    boolean possible = false;
    try {
      possible =
          run("ip", "netns", "add", HOSTS[0]) == 0 && run("ip", "netns", "add", HOSTS[1]) == 0;
    } catch (IOException e) {
      // There is no such command.
    }
    assumeTrue(possible, "network namespaces need root and the command ip");
    makeHosts();
    DistributedRuns together = new DistributedRuns(ColourRuns.in(folder));
    List<DistributedRuns.Running> running = new ArrayList<>();
    for (int rank = 0; rank < 2; rank++) {
      running.add(
          together.start(
              Map.of(
                  "SLURM_PROCID", Integer.toString(rank),
                  "SLURM_LOCALID", "0",
                  "SLURM_NTASKS", "2",
                  "SLURM_JOB_ID", "4711",
                  "SLURM_JOB_NODELIST", "10.77.0.[1-2]"),
              List.of("ip", "netns", "exec", HOSTS[rank]),
              folder,
              together.arguments("hosts", "--epochs", "2", "--local-loss", "--log-local")));
    }

    List<DistributedRuns.Ended> ended = DistributedRuns.end(running);

    for (DistributedRuns.Ended each : ended) {
      assertThat(each.code()).as(each.said()).isZero();
    }
    assertThat(ended.get(0).said()).contains("10.77.0.1:").contains("10.77.0.2:").contains("done");
    assertThat(together.runs().checkpoint("hosts", "epoch_2")).isDirectory();
    assertThat(together.runs().log("hosts", "out-0")).content().contains("done after 4 steps");
    assertThat(together.runs().log("hosts", "out-1")).content().contains("done after 4 steps");
  }
}
