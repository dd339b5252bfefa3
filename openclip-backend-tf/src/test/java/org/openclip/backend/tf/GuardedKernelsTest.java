package org.openclip.backend.tf;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.testkit.GuardedJvm;
import org.openclip.testkit.KernelSweep;

/**
 * No graph that we write reaches a kernel that writes out of bounds: layers of many sizes, forth
 * and back, in a process that such a kernel ends. Each setting of oneDNN is another machine:
 * AVX512_CORE is one without VNNI and bfloat16, AVX2 one without AVX-512. So is the number of
 * threads: oneDNN's 1 x 1 kernels of stride 2 leave their scratchpad where the pool has another
 * number than the machine has cores, and 1 or 3 is another everywhere.
 */
@Tag("once")
class GuardedKernelsTest {
  private static final int CASES_PER_PROCESS = 100;

  @TempDir Path folder;

  /** One byte behind a tensor lies in what alignment leaves, a cache line behind it does not. */
  @ParameterizedTest
  @ValueSource(ints = {1, 64})
  void whatIsWrittenBehindABufferEndsTheProcess(int behind) {
    assertEnds(GuardedJvm.in(folder).run(Map.of(), WriteBehind.class, Integer.toString(behind)));
  }

  private static void assertEnds(GuardedJvm.Ended ended) {
    assertThat(ended.code()).as(ended.end()).isNotZero();
    assertThat(ended.lines()).doesNotContain(WriteBehind.STILL_HERE);
  }

  @Test
  void whatIsWrittenIntoABufferDoesNot() {
    GuardedJvm.Ended ended = GuardedJvm.in(folder).run(Map.of(), WriteBehind.class, "0");

    assertThat(ended.code()).as(ended.end()).isZero();
    assertThat(ended.lines()).contains(WriteBehind.STILL_HERE);
  }

  /** Case 50 ended the process when convolutions of every fourth pixel were written so. */
  @ParameterizedTest
  @CsvSource({"fp32, AVX512_CORE, 1", "fp32, AVX512_CORE, 3", "bf16, ALL, 3"})
  void layersOfManySizesStayInTheirBuffers(String precision, String instructions, int threads) {
    sweep(precision, threads, Map.of("ONEDNN_MAX_CPU_ISA", instructions), 0, 52);
  }

  @Tag("full")
  @ParameterizedTest
  @CsvSource({
    "fp32, AVX512_CORE, 1",
    "fp32, AVX512_CORE, 3",
    "fp32, AVX2, 3",
    "fp32, ALL, 2",
    "bf16, AVX512_CORE, 1",
    "bf16, ALL, 3"
  })
  void layersOfAllSizesStayInTheirBuffers(String precision, String instructions, int threads) {
    sweep(precision, threads, Map.of("ONEDNN_MAX_CPU_ISA", instructions), 52, 3000);
  }

  @Tag("full")
  @ParameterizedTest
  @ValueSource(strings = {"fp32", "bf16"})
  void layersOfAllSizesStayInTheirBuffersWithoutOneDnn(String precision) {
    sweep(precision, 3, Map.of("TF_ENABLE_ONEDNN_OPTS", "0"), 0, 1000);
  }

  /** Runs some cases a process: each leaves mappings behind, of which a process has few. */
  private void sweep(
      String precision, int threads, Map<String, String> setting, int first, int before) {
    GuardedJvm jvm = GuardedJvm.in(folder);
    for (int from = first; from < before; from += CASES_PER_PROCESS) {
      int to = Math.min(from + CASES_PER_PROCESS, before);

      GuardedJvm.Ended ended =
          jvm.run(
              setting,
              KernelSweep.class,
              precision,
              Integer.toString(threads),
              Integer.toString(from),
              Integer.toString(to));

      assertThat(ended.code()).as(ended.end()).isZero();
      assertThat(ended.lines()).last().isEqualTo(KernelSweep.DONE + (to - from));
    }
  }
}
