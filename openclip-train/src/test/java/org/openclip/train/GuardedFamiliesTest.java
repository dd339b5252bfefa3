package org.openclip.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.testkit.GuardedJvm;

/**
 * No family's training reaches a kernel that writes out of bounds: tiny models of all, in a process
 * that such a kernel ends. Each setting of oneDNN is another machine: AVX512_CORE is one without
 * VNNI and bfloat16, AVX2 one without AVX-512. So is the number of threads: a kernel has left its
 * buffer where it is another than that of the cores, as 1 or 3 is everywhere.
 */
@Tag("once")
class GuardedFamiliesTest {
  private static final int MODELS_PER_PROCESS = 12;

  @TempDir Path folder;

  /** Towers of convolutions, whose kernels have failed before. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void towersOfConvolutionsStayInTheirBuffers(int threads) {
    Map<String, GoldenRun> families = new TreeMap<>();
    GoldenRun.all("features").forEach(golden -> families.putIfAbsent(family(golden), golden));
    families.keySet().retainAll(List.of("resnet", "fastvit", "convnext"));
    assumeFalse(families.isEmpty(), "no golden here has a tower of convolutions");
    Map<String, String> setting = Map.of("ONEDNN_MAX_CPU_ISA", "AVX512_CORE");
    train(List.copyOf(families.values()), "fp32", threads, setting);
  }

  /** Names the image tower's family. */
  private static String family(GoldenRun golden) {
    Map<String, Object> vision = golden.config().vision();
    Object timm = vision.get("timm_model_name");
    String own = vision.get("layers") instanceof List<?> ? "resnet" : "vit";
    return timm == null ? own : timm.toString().replaceFirst("_.*", "");
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
  void allFamiliesStayInTheirBuffers(String precision, String instructions, int threads) {
    Map<String, String> setting = Map.of("ONEDNN_MAX_CPU_ISA", instructions);
    train(GoldenRun.all("features").toList(), precision, threads, setting);
  }

  @Tag("full")
  @Test
  void allFamiliesStayInTheirBuffersWithoutOneDnn() {
    Map<String, String> setting = Map.of("TF_ENABLE_ONEDNN_OPTS", "0");
    train(GoldenRun.all("features").toList(), "fp32", 3, setting);
  }

  /** Trains some models a process: each leaves mappings behind, of which a process has few. */
  private void train(
      List<GoldenRun> goldens, String precision, int threads, Map<String, String> setting) {
    GuardedJvm jvm = GuardedJvm.in(folder);
    for (int first = 0; first < goldens.size(); first += MODELS_PER_PROCESS) {
      int last = Math.min(first + MODELS_PER_PROCESS, goldens.size());
      List<String> arguments = new ArrayList<>(List.of(precision, Integer.toString(threads)));
      goldens.subList(first, last).forEach(golden -> arguments.add(golden.file().toString()));

      GuardedJvm.Ended ended =
          jvm.run(setting, FamilySteps.class, arguments.toArray(String[]::new));

      assertThat(ended.code()).as(ended.end()).isZero();
      assertThat(ended.lines()).noneMatch(line -> line.startsWith(FamilySteps.WRONG));
      assertThat(ended.lines()).last().isEqualTo(FamilySteps.DONE + (last - first));
    }
  }
}
