package org.openclip.train.sound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.openclip.api.InvalidInputException;
import org.openclip.api.audio.Audio;
import org.openclip.api.audio.ClipOptions;
import org.openclip.api.audio.ClipOptions.Fill;
import org.openclip.api.audio.ClipOptions.Truncation;
import org.openclip.api.config.ClapConfig;
import org.openclip.api.encoder.AudioEncoder;
import org.openclip.api.encoder.SpectrogramEncoder;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.ClapArchitecture;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.testkit.RecipeWave;
import org.openclip.train.data.BatchShape;
import org.openclip.train.plan.SoundTower;

class SoundInputTest {
  private static final ClipOptions DRAWN =
      new ClipOptions(Fill.REPEATPAD, Truncation.RAND_TRUNC, false, 0);

  private static AudioEncoder encoder(Map<String, Object> audio) {
    Map<String, Object> text =
        Map.of("context_length", 4, "vocab_size", 9, "width", 8, "heads", 2, "layers", 1);
    return ClapArchitecture.of(
            ClapConfig.of(Map.of("embed_dim", 6, "audio_cfg", audio, "text_cfg", text)),
            PluginRegistry.create())
        .audioEncoder();
  }

  private static AudioEncoder naflex() {
    return encoder(
        Map.of(
            "model_type", "naflexvit",
            "sample_rate", 8000,
            "mel_bins", 16,
            "window_size", 128,
            "hop_size", 80,
            "fmax", 3500,
            "patch_freq", 8,
            "patch_time", 4,
            "naflexvit_cfg", Map.of("embed_dim", 16, "depth", 1, "num_heads", 2)));
  }

  private static AudioEncoder whisper() {
    return encoder(
        Map.of(
            "model_type", "whisper", "clip_samples", 6400, "width", 16, "heads", 2, "layers", 1));
  }

  private static AudioEncoder htsat() {
    return htsat(false);
  }

  private static AudioEncoder htsat(boolean fuses) {
    return encoder(
        Map.of(
            "enable_fusion", fuses,
            "clip_samples", 10000,
            "mel_bins", 32,
            "sample_rate", 8000,
            "window_size", 256,
            "hop_size", 100,
            "fmax", 3500,
            "spec_size", 64,
            "depths", List.of(1, 1),
            "heads", List.of(2, 2)));
  }

  private static Audio sound(String key, int count, float loudness) {
    float[] samples = RecipeWave.samples(key, count);
    for (int i = 0; i < count; i++) {
      samples[i] *= loudness;
    }
    return new Audio(samples, 8000);
  }

  private static Map<String, Tensor> batch(SoundInput input, long seed, Audio... sounds) {
    List<ByteBuffer> rows = new ArrayList<>();
    for (Audio sound : sounds) {
      ByteBuffer row = Tensor.allocate(4L * input.numbers());
      input.fill(sound, new SplittableRandom(seed), row.asFloatBuffer());
      rows.add(row);
    }
    return input.inputs(rows);
  }

  private static long length(Map<String, Tensor> batch) {
    return batch.get(Architecture.PATCHES).shape()[1];
  }

  @Test
  void aBatchIsAsLongAsItsLongestSoundRoundedUpWithinItsBound() {
    // Ten and twenty frames of two rows: 2 x 3 and 2 x 6 patches.
    Audio shorter = sound("a", 800, 1);
    Audio longer = sound("b", 1600, 1);

    assertThat(length(batch(SoundInput.trained(naflex(), DRAWN, 100, 1), 0, shorter, longer)))
        .isEqualTo(12);
    assertThat(length(batch(SoundInput.trained(naflex(), DRAWN, 100, 8), 0, shorter, longer)))
        .isEqualTo(16);
    SoundInput bounded = SoundInput.trained(naflex(), DRAWN, 100, 8).of(new BatchShape(2, 15));
    assertThat(length(batch(bounded, 0, shorter, longer))).as("whole columns").isEqualTo(14);
    SoundInput few = SoundInput.trained(naflex(), DRAWN, 100, 1).of(new BatchShape(2, 9));
    Map<String, Tensor> cut = batch(few, 0, shorter, longer);
    assertThat(length(cut)).isEqualTo(8);
    assertThat(cut.get(Architecture.PATCH_COORDINATES).toLongs())
        .startsWith(0, 0, 0, 1, 0, 2, 1, 0)
        .endsWith(0, 0, 0, 1, 0, 2, 0, 3, 1, 0, 1, 1, 1, 2, 1, 3);
    assertThat(few.numbers()).as("room for any batch").isEqualTo(2 + 100 * 32);
  }

  @Test
  void fewerPatchesThanThoseOfAMomentAreRefused() {
    SoundInput input = SoundInput.trained(naflex(), DRAWN, 100, 1);

    assertThatThrownBy(() -> input.of(new BatchShape(2, 1)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("1 patches are fewer than the 2 of one moment");
  }

  @Test
  void whispersLoudestMomentIsThatOfTheBatch() {
    SoundInput input = SoundInput.measured(whisper(), ClipOptions.DEFAULT, 0);
    Audio quiet = sound("quiet", 3200, 1e-4f);
    Audio loud = sound("loud", 3200, 1);
    int size = input.numbers();

    float[] alone = batch(input, 0, quiet).get(ClapArchitecture.SPECTROGRAM).toFloats();
    float[] both = batch(input, 0, quiet, loud).get(ClapArchitecture.SPECTROGRAM).toFloats();

    float loudest = Float.NEGATIVE_INFINITY;
    for (float level : both) {
      loudest = Math.max(loudest, level);
    }
    int raised = 0;
    for (int i = 0; i < size; i++) {
      assertThat(both[i]).isEqualTo(Math.max(alone[i], loudest - 2));
      raised += both[i] > alone[i] ? 1 : 0;
    }
    assertThat(raised).as("levels that the loud sound changes").isGreaterThan(size / 10);
  }

  @Test
  void trainingDrawsWhatMeasurementsReadFromTheBeginning() {
    Audio longer = sound("long", 30000, 1);
    SoundInput trained = SoundInput.trained(htsat(), DRAWN, 0, 1);
    Map<String, Tensor> one = batch(trained, 1, longer);
    Map<String, Tensor> again = batch(trained, 1, longer);
    Map<String, Tensor> other = batch(trained, 2, longer);
    Map<String, Tensor> measured =
        batch(SoundInput.measured(htsat(), ClipOptions.DEFAULT, 0), 1, longer);

    for (String name :
        List.of(ClapArchitecture.SPECTROGRAM, SoundTower.KEPT_BANDS, SoundTower.KEPT_FRAMES)) {
      assertThat(one.get(name).toFloats()).as(name).isEqualTo(again.get(name).toFloats());
    }
    assertThat(one.get(ClapArchitecture.SPECTROGRAM).toFloats())
        .isNotEqualTo(other.get(ClapArchitecture.SPECTROGRAM).toFloats());
    assertThat(measured.get(SoundTower.KEPT_BANDS).toFloats()).containsOnly(1);
    assertThat(measured.get(SoundTower.KEPT_FRAMES).toFloats()).hasSize(101).containsOnly(1);
    FloatBuffer beginning = FloatBuffer.allocate(32 * 101);
    ((SpectrogramEncoder) htsat()).preprocessor().prepare(longer, beginning);
    assertThat(measured.get(ClapArchitecture.SPECTROGRAM).toFloats()).isEqualTo(beginning.array());
  }

  @Test
  void aBatchOfATowerThatFusesSaysWhichSoundsAreLonger() {
    Audio shorter = sound("short", 9000, 1);
    Audio longer = sound("long", 30000, 1);
    SoundInput input = SoundInput.trained(htsat(true), DRAWN, 0, 1);

    Map<String, Tensor> batch = batch(input, 1, shorter, longer, shorter, longer);

    assertThat(batch.get(SoundTower.LONGER_ROWS).toLongs()).containsExactly(1, 3);
    assertThat(batch.get(SoundTower.LONGER_PLACES).toLongs()).containsExactly(0, 0, 0, 1);
    assertThat(flags(batch)).containsExactly(0, 1, 0, 1);
    float[] levels = batch.get(ClapArchitecture.SPECTROGRAM).toFloats();
    int one = 32 * 101;
    float[] first = Arrays.copyOf(levels, one);
    assertThat(Arrays.copyOfRange(levels, 3 * one, 4 * one)).isEqualTo(first);
    float[] beginning = Arrays.copyOfRange(levels, 5 * one, 6 * one);
    assertThat(Arrays.copyOfRange(levels, 7 * one, 8 * one)).isNotEqualTo(beginning);
  }

  @Test
  void aSingleLongerSoundIsThereTwiceAndOneIsDrawnInTrainingAlone() {
    Audio shorter = sound("short", 9000, 1);
    Audio longer = sound("long", 30000, 1);
    SoundInput trained = SoundInput.trained(htsat(true), DRAWN, 0, 1);
    SoundInput measured = SoundInput.measured(htsat(true), ClipOptions.DEFAULT, 0);

    assertThat(batch(trained, 1, shorter, longer).get(SoundTower.LONGER_ROWS).toLongs())
        .containsExactly(1, 1);
    assertThat(flags(batch(measured, 1, shorter, shorter))).containsOnly(0);
    TreeSet<Long> drawn = new TreeSet<>();
    for (int seed = 0; seed < 30; seed++) {
      List<ByteBuffer> rows = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        ByteBuffer row = Tensor.allocate(4L * trained.numbers());
        trained.fill(shorter, new SplittableRandom(3L * seed + i), row.asFloatBuffer());
        rows.add(row);
      }
      Map<String, Tensor> batch = trained.inputs(rows);
      long row = batch.get(SoundTower.LONGER_ROWS).toLongs()[0];
      assertThat(flags(batch)[(int) row]).isEqualTo((byte) 1);
      drawn.add(row);
    }
    assertThat(drawn).containsExactly(0L, 1L, 2L);
  }

  private static byte[] flags(Map<String, Tensor> batch) {
    ByteBuffer data = batch.get(SoundTower.IS_LONGER).data().duplicate();
    byte[] flags = new byte[data.remaining()];
    data.get(flags);
    return flags;
  }
}
