package org.openclip.train.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openclip.api.InvalidInputException;

class PlacementTest {
  private static Placement of(Map<String, String> variables) {
    return Placement.of(variables::get, null);
  }

  @Test
  void aProcessWithoutVariablesIsAlone() {
    assertThat(of(Map.of())).isEqualTo(Placement.ALONE);
    assertThat(of(Map.of("WORLD_SIZE", "1", "RANK", "0")).alone()).isTrue();
  }

  @Test
  void eachStartersVariablesAreKnown() {
    Map<String, String> torch =
        Map.of(
            "RANK",
            "3",
            "LOCAL_RANK",
            "1",
            "WORLD_SIZE",
            "4",
            "MASTER_ADDR",
            "node0",
            "MASTER_PORT",
            "29500");
    assertThat(of(torch)).isEqualTo(new Placement(1, 3, 4, "node0", 29500));
    Map<String, String> intel =
        Map.of(
            "PMI_RANK",
            "1",
            "MPI_LOCALRANKID",
            "0",
            "PMI_SIZE",
            "2",
            "MASTER_ADDR",
            "a",
            "MASTER_PORT",
            "1");
    assertThat(of(intel)).isEqualTo(new Placement(0, 1, 2, "a", 1));
    Map<String, String> open =
        Map.of(
            "OMPI_COMM_WORLD_RANK", "1",
            "OMPI_COMM_WORLD_LOCAL_RANK", "1",
            "OMPI_COMM_WORLD_SIZE", "2",
            "MASTER_ADDR", "a",
            "MASTER_PORT", "1");
    assertThat(of(open)).isEqualTo(new Placement(1, 1, 2, "a", 1));
    Map<String, String> slurm =
        Map.of(
            "SLURM_PROCID", "5",
            "SLURM_LOCALID", "1",
            "SLURM_NTASKS", "8",
            "SLURM_JOB_NODELIST", "gpu[07-08,11],login",
            "SLURM_JOB_ID", "123456");
    assertThat(of(slurm)).isEqualTo(new Placement(1, 5, 8, "gpu07", 15_000 + 123456 % 15_000));
  }

  @Test
  void theFirstNameOfEachKindCounts() {
    Map<String, String> both =
        Map.of(
            "RANK", "1",
            "SLURM_PROCID", "0",
            "WORLD_SIZE", "2",
            "SLURM_NTASKS", "1",
            "MASTER_ADDR", "a",
            "MASTER_PORT", "2");
    assertThat(of(both)).isEqualTo(new Placement(0, 1, 2, "a", 2));
  }

  @Test
  void anAddressGivenByFlagComesFirst() {
    Map<String, String> variables =
        Map.of("RANK", "1", "WORLD_SIZE", "2", "MASTER_ADDR", "a", "MASTER_PORT", "2");
    assertThat(Placement.of(variables::get, "tcp://[fe80::1]:77"))
        .isEqualTo(new Placement(0, 1, 2, "fe80::1", 77));
    assertThat(Placement.of(variables::get, "env://").host()).isEqualTo("a");
    assertThatThrownBy(() -> Placement.of(variables::get, "file:///x"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("tcp://HOST:PORT");
  }

  @Test
  void tensorFlowsOwnDescriptionIsRead() {
    String config =
        """
        {"cluster": {"chief": ["a:1"], "worker": ["b:2", "c:3"]}, "task": {"type": "%s", "index": %s}}
        """;
    assertThat(of(Map.of("TF_CONFIG", config.formatted("worker", 1))))
        .isEqualTo(new Placement(0, 2, 3, "a", 1));
    assertThat(of(Map.of("TF_CONFIG", config.formatted("chief", 0))).rank()).isZero();
    assertThatThrownBy(() -> of(Map.of("TF_CONFIG", config.formatted("worker", 2))))
        .hasMessageContaining("not in its cluster");
    assertThatThrownBy(() -> of(Map.of("TF_CONFIG", "{}"))).hasMessageContaining("'cluster'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "RANK=1 | WORLD_SIZE is not set",
        "WORLD_SIZE=2 | set RANK, from 0 to 1",
        "WORLD_SIZE=2 RANK=2 MASTER_ADDR=a MASTER_PORT=1 | must be from 0 to 1",
        "WORLD_SIZE=x RANK=0 | WORLD_SIZE is 'x'",
        "WORLD_SIZE=2 RANK=-1 | RANK is '-1'",
        "WORLD_SIZE=2 RANK=0 | MASTER_ADDR is not set",
        "WORLD_SIZE=2 RANK=0 MASTER_ADDR=a | MASTER_PORT is not set",
        "WORLD_SIZE=2 RANK=0 MASTER_ADDR=a MASTER_PORT=99999 | from 1 to 65535",
        "SLURM_NTASKS=2 SLURM_PROCID=0 SLURM_JOB_NODELIST=a[1 SLURM_JOB_ID=1 | brackets",
      })
  void whatIsMissingOrWrongIsSaid(String variables, String message) {
    assertThatThrownBy(
            () ->
                Placement.of(
                    name -> {
                      for (String pair : variables.split(" ", -1)) {
                        if (pair.startsWith(name + "=")) {
                          return pair.substring(name.length() + 1);
                        }
                      }
                      return null;
                    },
                    null))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void hostsAreExpandedAsSlurmDoes() {
    assertThat(HostList.expand("a")).containsExactly("a");
    assertThat(HostList.expand("n[1-3]")).containsExactly("n1", "n2", "n3");
    assertThat(HostList.expand("n[098-101]")).containsExactly("n098", "n099", "n100", "n101");
    assertThat(HostList.expand("n[1,3-4]-ib,m[07]"))
        .containsExactly("n1-ib", "n3-ib", "n4-ib", "m07");
    assertThat(HostList.expand("r[1-2]n[1-2]")).containsExactly("r1n1", "r1n2", "r2n1", "r2n2");
    for (String wrong : new String[] {"n[1-", "n]", "n[2-1]", "n[a]", "", "n[[1]]", "n[1-2-3]"}) {
      assertThatThrownBy(() -> HostList.expand(wrong)).isInstanceOf(InvalidInputException.class);
    }
  }
}
