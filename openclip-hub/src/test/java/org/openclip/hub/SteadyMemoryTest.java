package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.model.ClipModel;
import org.openclip.hub.testkit.TinyModels;
import org.openclip.testkit.Fixtures;
import org.openclip.testkit.ProcessMemory;

/** Native memory that is not given back would show after thousands of calls. */
@Tag("once")
class SteadyMemoryTest {
  private static final long MOST_GROWTH_KB = 48 * 1024;

  @TempDir Path folder;

  @Test
  void tenThousandEncodesLeaveTheProcessAsLargeAsBefore() throws IOException {
    assumeTrue(ProcessMemory.isKnown(), "only Linux says how large a process is");
    try (ClipModel model = OpenClip.load(TinyModels.write(folder))) {
      encode(model, 3000);
      long growth = Long.MAX_VALUE;
      // The Java heap may grow in one round; what leaks grows in every one.
      for (int round = 0; round < 3 && growth >= MOST_GROWTH_KB; round++) {
        long before = residentKb();

        encode(model, 10_000);

        growth = Math.min(growth, residentKb() - before);
      }

      assertThat(growth).as("growth in KiB").isLessThan(MOST_GROWTH_KB);
    }
  }

  private static void encode(ClipModel model, int times) {
    List<Path> picture = List.of(Fixtures.path("preprocess/images/tiny.png"));
    List<String> text = List.of("a cat");
    for (int i = 0; i < times; i++) {
      model.encodeImages(picture);
      model.encodeTexts(text);
    }
  }

  private static long residentKb() throws IOException {
    System.gc();
    return ProcessMemory.bytes("VmRSS") / 1024;
  }
}
