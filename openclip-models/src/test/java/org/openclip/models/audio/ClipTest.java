package org.openclip.models.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.openclip.api.InvalidInputException;
import org.openclip.api.audio.Audio;
import org.openclip.api.audio.ClipOptions;
import org.openclip.api.audio.ClipOptions.Fill;
import org.openclip.api.audio.ClipOptions.Truncation;

class ClipTest {
  private static final int RATE = 8000;

  private static float[] clip(int count, ClipOptions options, float... samples) {
    return new Clip(count, RATE, options).of(new Audio(samples, RATE));
  }

  private static float[] filled(Fill fill, int count, float... samples) {
    return clip(count, new ClipOptions(fill, Truncation.TRUNC, false, 0), samples);
  }

  @Test
  void shortSoundsAreFilled() {
    assertThat(filled(Fill.REPEATPAD, 5, 0.1f, 0.2f)).containsExactly(0.1f, 0.2f, 0.1f, 0.2f, 0);
    assertThat(filled(Fill.REPEAT, 5, 0.1f, 0.2f)).containsExactly(0.1f, 0.2f, 0.1f, 0.2f, 0.1f);
    assertThat(filled(Fill.PAD, 5, 0.1f, 0.2f)).containsExactly(0.1f, 0.2f, 0, 0, 0);
    assertThat(filled(Fill.REPEATPAD, 5, 1, 2, 3)).containsExactly(1, 2, 3, 0, 0);
    for (Fill fill : Fill.values()) {
      assertThat(filled(fill, 2, 0.1f, 0.2f)).containsExactly(0.1f, 0.2f);
    }
  }

  @Test
  void longSoundsBeginAtTheBeginningOrAtADrawnPlace() {
    float[] long100 = new float[100];
    for (int i = 0; i < long100.length; i++) {
      long100[i] = i;
    }
    assertThat(clip(3, ClipOptions.DEFAULT, long100)).containsExactly(0, 1, 2);
    boolean[] seen = new boolean[98];
    for (int seed = 0; seed < 2000; seed++) {
      ClipOptions drawn = new ClipOptions(Fill.PAD, Truncation.RAND_TRUNC, false, seed);
      float[] clip = clip(3, drawn, long100);
      assertThat(clip(3, drawn, long100)).isEqualTo(clip);
      assertThat(clip[2]).isEqualTo(clip[0] + 2);
      seen[(int) clip[0]] = true;
    }
    assertThat(seen).as("every place, the last one too").doesNotContain(false);
  }

  @Test
  void samplesAreRoundedTo16BitsOnDemand() {
    ClipOptions rounded = new ClipOptions(Fill.PAD, Truncation.TRUNC, true, 0);

    assertThat(clip(4, rounded, 2, -0.5f, 0.00004f, 1e-6f))
        .containsExactly(1, -16383 / 32767f, 1 / 32767f, 0);
  }

  @Test
  void fusionIsForModelsThatFuse() {
    ClipOptions fusion = new ClipOptions(Fill.PAD, Truncation.FUSION, false, 0);

    assertThatThrownBy(() -> new WhisperSpectrogram(6400).with(fusion))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'fusion' is for models with enable_fusion; use trunc or rand_trunc");
  }
}
