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
 * AVX512_CORE is one without VNNI and bfloat16, AVX2 one without AVX-512.
 */
@Tag("once")
class GuardedKernelsTest {
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

  /** Cases 22 and 50 ended the process when convolutions of every second pixel were written so. */
  @ParameterizedTest
  @CsvSource({"fp32, AVX512_CORE", "bf16, ALL"})
  void layersOfManySizesStayInTheirBuffers(String precision, String instructions) {
    sweep(precision, Map.of("ONEDNN_MAX_CPU_ISA", instructions), 0, 52);
  }

  @Tag("full")
  @ParameterizedTest
  @CsvSource({"fp32, AVX512_CORE", "fp32, AVX2", "fp32, ALL", "bf16, AVX512_CORE", "bf16, ALL"})
  void layersOfAllSizesStayInTheirBuffers(String precision, String instructions) {
    sweep(precision, Map.of("ONEDNN_MAX_CPU_ISA", instructions), 52, 3000);
  }

  @Tag("full")
  @ParameterizedTest
  @ValueSource(strings = {"fp32", "bf16"})
  void layersOfAllSizesStayInTheirBuffersWithoutOneDnn(String precision) {
    sweep(precision, Map.of("TF_ENABLE_ONEDNN_OPTS", "0"), 0, 1000);
  }

  private void sweep(String precision, Map<String, String> setting, int first, int before) {
    GuardedJvm.Ended ended =
        GuardedJvm.in(folder)
            .run(
                setting,
                KernelSweep.class,
                precision,
                Integer.toString(first),
                Integer.toString(before));

    assertThat(ended.code()).as(ended.end()).isZero();
    assertThat(ended.lines()).last().isEqualTo(KernelSweep.DONE + (before - first));
  }
}
