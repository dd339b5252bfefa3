package org.openclip.api.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SpectrogramMasksTest {
  private static final SpectrogramMasks MASKS = new SpectrogramMasks(2, 64, 2, 8);

  private static float[] drawn(long seed, int bands, int frames) {
    FloatBuffer out = FloatBuffer.allocate(bands + frames);
    MASKS.draw(new SplittableRandom(seed), bands, frames, out);
    assertThat(out.hasRemaining()).isFalse();
    return out.array();
  }

  private static int masked(float[] kept, int from, int to) {
    int count = 0;
    for (int i = from; i < to; i++) {
      count += kept[i] == 0 ? 1 : 0;
    }
    return count;
  }

  @Test
  void stripesAreAsWideOnAverageAsThoseOfTheReference() {
    double bands = 0;
    double frames = 0;
    int runs = 4000;
    for (int seed = 0; seed < runs; seed++) {
      float[] kept = drawn(seed, 64, 1001);
      bands += masked(kept, 0, 64);
      frames += masked(kept, 64, 1065);
      assertThat(masked(kept, 0, 64)).isLessThanOrEqualTo(14);
      assertThat(masked(kept, 64, 1065)).isLessThanOrEqualTo(126);
    }
    // Two stripes of 0 to 7, and of 0 to 63, less where they overlap.
    assertThat(bands / runs).isCloseTo(6.8, within(0.15));
    assertThat(frames / runs).isCloseTo(62, within(1.2));
  }

  @Test
  void aDrawFollowsFromItsSeed() {
    assertThat(drawn(7, 64, 1001)).isEqualTo(drawn(7, 64, 1001)).isNotEqualTo(drawn(8, 64, 1001));
  }

  @Test
  void aShortSpectrogramIsNeverMaskedAsAWhole() {
    for (int seed = 0; seed < 200; seed++) {
      assertThat(masked(drawn(seed, 1, 2), 0, 1)).isZero();
    }
  }

  @Test
  void nothingIsMaskedInEvaluations() {
    FloatBuffer out = FloatBuffer.allocate(5);
    SpectrogramMasks.none(2, 3, out);
    assertThat(out.array()).containsOnly(1);
  }
}
