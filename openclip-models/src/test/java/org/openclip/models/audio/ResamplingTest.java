package org.openclip.models.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.audio.Audio;

/** A tone at one rate becomes the same tone at another. */
class ResamplingTest {
  private static final int RATE = 16000;

  private static float[] tone(int rate, double seconds) {
    float[] samples = new float[(int) (rate * seconds)];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (float) (0.5 * Math.sin(2 * Math.PI * 440 * i / rate));
    }
    return samples;
  }

  @ParameterizedTest
  @ValueSource(ints = {8000, 22050, 44100, 48000})
  void aToneStaysTheTone(int rate) {
    float[] resampled = Resampling.to(new Audio(tone(rate, 0.5), rate), RATE, Integer.MAX_VALUE);

    float[] expected = tone(RATE, 0.5);
    assertThat(resampled).hasSize(expected.length);
    // The window lets the filter reach over the ends.
    for (int i = 200; i < expected.length - 200; i++) {
      assertThat(resampled[i]).isCloseTo(expected[i], within(2e-3f));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {44100, 48000})
  void whatTheLowerRateCannotHoldGoes(int rate) {
    float[] high = new float[rate / 2];
    for (int i = 0; i < high.length; i++) {
      high[i] = (float) Math.sin(2 * Math.PI * 12000 * i / rate);
    }

    float[] resampled = Resampling.to(new Audio(high, rate), RATE, Integer.MAX_VALUE);

    for (int i = 200; i < resampled.length - 200; i++) {
      assertThat(resampled[i]).isCloseTo(0, within(0.01f));
    }
  }

  @Test
  void theBeginningAloneIsThatOfTheWhole() {
    Audio sound = new Audio(tone(44100, 0.5), 44100);

    float[] whole = Resampling.to(sound, RATE, Integer.MAX_VALUE);

    assertThat(Resampling.to(sound, RATE, 100)).isEqualTo(Arrays.copyOf(whole, 100));
    assertThat(Resampling.count(sound, RATE)).isEqualTo(whole.length);
  }
}
