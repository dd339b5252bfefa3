package org.openclip.models.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openclip.api.audio.Audio;
import org.openclip.testkit.Fixtures;
import org.openclip.testkit.RecipeWave;

/** The numbers that the reference's own code computed of two sounds, in double precision. */
class WhisperSpectrogramTest {
  private static final int FRAMES = 40;
  private static final int SAMPLES = FRAMES * WhisperSpectrogram.HOP;

  private static Map<String, Object> fixture() throws IOException {
    return JSON.std.mapFrom(Files.readString(Fixtures.path("sound/clap-whisper.json")));
  }

  private static float[] levels(Audio audio, int samples) {
    WhisperSpectrogram spectrogram = new WhisperSpectrogram(samples);
    FloatBuffer out = FloatBuffer.allocate(spectrogram.bands() * spectrogram.frames());
    spectrogram.prepare(audio, out);
    assertThat(out.hasRemaining()).isFalse();
    return out.array();
  }

  private static double number(Object json) {
    return ((Number) json).doubleValue();
  }

  @Test
  void theFiltersHaveTheSumsOfTheReferences() throws IOException {
    List<?> sums = (List<?>) fixture().get("filter_sums");
    double[][] weights =
        new MelFilters(80, 400, 16000, 0, 8000, MelFilters.Scale.HTK, true).weights();

    assertThat(sums).hasSize(weights.length);
    for (int band = 0; band < weights.length; band++) {
      double sum = 0;
      for (double weight : weights[band]) {
        sum += weight;
      }
      assertThat(sum).isCloseTo(number(sums.get(band)), within(1e-7));
    }
  }

  @Test
  void levelsAreThoseOfTheReference() throws IOException {
    List<?> waves = (List<?>) fixture().get("waves");
    List<?> sums = (List<?>) fixture().get("mel_band_sums");
    for (int sound = 0; sound < waves.size(); sound++) {
      Audio wave = new Audio(RecipeWave.samples((String) waves.get(sound), SAMPLES), 16000);
      float[] levels = levels(wave, SAMPLES);
      for (int band = 0; band < 80; band++) {
        double sum = 0;
        for (int frame = 0; frame < FRAMES; frame++) {
          sum += levels[band * FRAMES + frame];
        }
        assertThat(sum).isCloseTo(number(((List<?>) sums.get(sound)).get(band)), within(1e-5));
      }
    }
  }

  @Test
  void eachLevelOfSomeBandsIsThatOfTheReference() throws IOException {
    Map<?, ?> rows = (Map<?, ?>) fixture().get("mel_rows");
    float[] levels = levels(new Audio(RecipeWave.samples("one", SAMPLES), 16000), SAMPLES);

    assertThat(rows).isNotEmpty();
    rows.forEach(
        (band, row) -> {
          for (int frame = 0; frame < FRAMES; frame++) {
            float actual = levels[Integer.parseInt((String) band) * FRAMES + frame];
            assertThat((double) actual).isCloseTo(number(((List<?>) row).get(frame)), within(1e-6));
          }
        });
  }

  @Test
  void silenceIsFinite() {
    assertThat(levels(new Audio(new float[10], 44100), SAMPLES)).containsOnly(-1.5f);
  }
}
