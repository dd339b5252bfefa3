package org.openclip.api.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProcessorTest {
  private static final String CASCADE_LAKE =
      """
      processor	: 0
      model name	: Intel(R) Xeon(R) Processor @ 2.80GHz
      flags		: fpu sse4_2 avx f16c bmi1 avx2 bmi2 avx512f avx512dq avx512cd avx512bw avx512vl avx512_vnni
      """;
  private static final String ZEN_5 =
      """
      processor	: 0
      model name	: AMD EPYC
      flags		: fpu avx avx2 avx512f avx512dq avx512cd avx512bw avx512vl avx_vnni avx512_bf16 avx512_vnni
      processor	: 1
      flags		: fpu
      """;
  private static final String SAPPHIRE_RAPIDS =
      "flags : avx2 avx512f avx512dq avx512bw avx512vl avx512_vnni avx512_bf16 amx_bf16 amx_tile";

  private static Processor of(String text, String limit) {
    return Processor.of(text, Optional.ofNullable(limit));
  }

  @Test
  void aProcessorIsWhatItsFlagsSay() {
    assertThat(of(CASCADE_LAKE, null)).hasToString("AVX2, AVX-512, VNNI");
    assertThat(of(CASCADE_LAKE, null).multipliesBfloat16()).isFalse();
    assertThat(of(ZEN_5, null)).hasToString("AVX2, AVX-512, VNNI, bf16");
    assertThat(of(ZEN_5, null).multipliesBfloat16()).isTrue();
    assertThat(of(SAPPHIRE_RAPIDS, null)).hasToString("AVX2, AVX-512, VNNI, bf16, AMX");
    assertThat(of("Features\t: fp asimd bf16 i8mm", null)).hasToString("bf16");
    assertThat(of("flags : avx2 avx_vnni", null)).hasToString("AVX2, VNNI");
    assertThat(of("flags : sse2", null)).hasToString("none of AVX2, AVX-512, VNNI, bf16, AMX");
  }

  @Test
  void whatOneDnnMayNotUseIsNotThere() {
    assertThat(of(SAPPHIRE_RAPIDS, "AVX512_CORE")).hasToString("AVX2, AVX-512");
    assertThat(of(SAPPHIRE_RAPIDS, "avx512_core_vnni")).hasToString("AVX2, AVX-512, VNNI");
    assertThat(of(SAPPHIRE_RAPIDS, "AVX512_CORE_BF16")).hasToString("AVX2, AVX-512, VNNI, bf16");
    assertThat(of(SAPPHIRE_RAPIDS, "AVX2")).hasToString("AVX2");
    assertThat(of(ZEN_5, "ALL").multipliesBfloat16()).isTrue();
    assertThat(of(ZEN_5, "AVX512_CORE").multipliesBfloat16()).isFalse();
  }

  @Test
  void macOsHasItsOwnNames() {
    assertThat(of("hw.optional.arm.FEAT_BF16: 1\nhw.optional.neon: 1", null)).hasToString("bf16");
    assertThat(of("hw.optional.avx2_0: 1\nhw.optional.avx512f: 0", null)).hasToString("AVX2");
  }

  @Test
  void whatCannotBeReadIsUnknown() {
    assertThat(of("", null)).hasToString("unknown");
    assertThat(of("", null).multipliesBfloat16()).isFalse();
  }
}
