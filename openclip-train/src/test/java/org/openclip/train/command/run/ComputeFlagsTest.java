package org.openclip.train.command.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.Processor;
import org.openclip.api.spi.PluginRegistry;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Which precision a training takes on a processor, and what it says of it. */
class ComputeFlagsTest {
  private static final Processor CASCADE_LAKE =
      Processor.of("flags : avx2 avx512f avx512bw avx512vl avx512dq avx512_vnni", Optional.empty());
  private static final Processor ZEN_5 =
      Processor.of(
          "flags : avx2 avx512f avx512bw avx512vl avx512dq avx512_vnni avx512_bf16",
          Optional.empty());

  private record Opened(String backend, String note) {}

  private static Opened open(Processor processor, String precision) {
    ComputeFlags flags = new ComputeFlags(processor);
    CommandSpec command =
        CommandSpec.create().addMixin("computing", CommandSpec.forAnnotatedObject(flags));
    new CommandLine(command).parseArgs("--device", "cpu", "--precision", precision);
    try (Backend backend = flags.open(PluginRegistry.create())) {
      return new Opened(backend.description(), flags.note().orElse(""));
    }
  }

  @Test
  void ampIsTheFasterOne() {
    assertThat(open(CASCADE_LAKE, "amp").backend()).contains("fp32");
    assertThat(open(CASCADE_LAKE, "amp").note()).contains("float32", "AVX2, AVX-512, VNNI");
    assertThat(open(ZEN_5, "amp").backend()).contains("bf16");
    assertThat(open(ZEN_5, "amp").note()).contains("bfloat16");
  }

  @Test
  void emulatedBfloat16IsSaidWithTheRemedy() {
    Opened opened = open(CASCADE_LAKE, "amp_bf16");

    assertThat(opened.backend()).contains("bf16");
    assertThat(opened.note()).startsWith("warning").contains("--precision fp32", "2.5 times");
    assertThat(open(ZEN_5, "amp_bf16").note()).isEmpty();
    assertThat(open(CASCADE_LAKE, "fp32").note()).isEmpty();
  }
}
