package org.openclip.backend.tf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.testkit.ConvolutionSweep;
import org.openclip.testkit.JavaProcess;

/**
 * Convolutions and their derivatives are those of loops in double precision, whatever the number of
 * channels and the kernels that the processor's instructions choose.
 */
@Tag("once")
class ConvolutionNumbersTest {
  private static final String FLOAT32 = "1e-5";
  private static final String BFLOAT16 = "2e-2";
  private static final Duration SOME = Duration.ofMinutes(2);
  private static final Duration MANY = Duration.ofMinutes(60);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"ALL", "AVX512_CORE"})
  void convolutionsOfSomeChannelsAreRight(String instructions) throws Exception {
    assertRight(SOME, instructions, "some", "fp32", FLOAT32, "bf16", BFLOAT16);
  }

  @Tag("full")
  @ParameterizedTest
  @CsvSource({"fp32, ALL", "fp32, AVX512_CORE", "fp32, AVX2", "bf16, ALL", "bf16, AVX512_CORE"})
  void convolutionsOfManyChannelsAreRight(String precision, String instructions) throws Exception {
    String bound = precision.equals("fp32") ? FLOAT32 : BFLOAT16;
    assertRight(MANY, instructions, "many", precision, bound);
  }

  private void assertRight(Duration limit, String instructions, String... arguments)
      throws IOException, InterruptedException {
    JavaProcess.Run run =
        new JavaProcess(folder)
            .within(limit)
            .options("-Xmx2g", "--enable-native-access=ALL-UNNAMED")
            .environment("ONEDNN_MAX_CPU_ISA", instructions)
            .run(ConvolutionSweep.class, arguments);

    assertThat(run.code()).as(run.err()).isZero();
    List<String> lines = run.out().lines().toList();
    assertThat(lines).noneMatch(line -> line.startsWith(ConvolutionSweep.WRONG));
    assertThat(lines).last().asString().startsWith(ConvolutionSweep.DONE);
  }
}
