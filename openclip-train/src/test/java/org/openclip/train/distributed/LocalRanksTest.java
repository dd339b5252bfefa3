package org.openclip.train.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Processes of one machine, each a shell here. */
@DisabledOnOs(OS.WINDOWS)
@DisabledIfEnvironmentVariable(named = "MALLOC_ARENA_MAX", matches = ".*")
class LocalRanksTest {
  private static String said(Map<String, String> variables) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    try (PrintStream stream = new PrintStream(said, true, StandardCharsets.UTF_8);
        LocalRanks ranks =
            LocalRanks.start(
                List.of("sh", "-c", "echo heaps: $MALLOC_ARENA_MAX"),
                Map.of(3, variables),
                stream,
                stream)) {
      assertThat(ranks.await(Duration.ofSeconds(10))).isZero();
    }
    return said.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aProcessHasOneHeapOfTheSystemUnlessItsVariablesSayOtherwise() {
    assertThat(said(Map.of())).isEqualTo("[3] heaps: 1\n");
    assertThat(said(Map.of("MALLOC_ARENA_MAX", "4"))).isEqualTo("[3] heaps: 4\n");
  }
}
