package org.openclip.train.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.train.JavaProcess;

/** What closed trainers leave in memory. */
@Tag("once")
@EnabledOnOs(OS.LINUX)
class ClosedTrainersTest {
  private static final int COUNT = 8;

  /** Values and two moments of 30,000 rows of 256 numbers. */
  private static final long VARIABLES = 3L * 4 * 30_000 * 256;

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void theirVariablesAreFreed(int processes) throws Exception {
    ProcessBuilder builder =
        JavaProcess.of(ClosedTrainers.class, Integer.toString(COUNT), Integer.toString(processes));
    // Each thread's own heap would keep what it has freed.
    builder.environment().put("MALLOC_ARENA_MAX", "1");
    builder.environment().put("MALLOC_MMAP_THRESHOLD_", "1000000");
    Process process = builder.start();
    List<Long> left = new ArrayList<>();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    for (String line : said.strip().split("\n", -1)) {
      left.add(Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)));
    }

    assertThat(process.waitFor()).isZero();
    assertThat(left).hasSize(COUNT);
    // The first ones load libraries, and make the server's threads.
    assertThat(left.get(COUNT - 1) - left.get(1))
        .as("bytes that %d trainers left", COUNT - 2)
        .isLessThan(VARIABLES);
  }
}
