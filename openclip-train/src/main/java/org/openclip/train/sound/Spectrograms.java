package org.openclip.train.sound;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openclip.api.audio.Audio;
import org.openclip.api.audio.AudioPreprocessor;
import org.openclip.api.audio.ClipOptions;
import org.openclip.api.audio.SpectrogramMasks;
import org.openclip.api.model.ClapArchitecture;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.train.plan.SoundTower;

/**
 * Spectrograms of clips of one length. The numbers of a sound are those of its spectrogram, and
 * then, for a tower that is trained on masked ones, which bands and frames remain.
 *
 * @param preprocessor makes them
 * @param clips how sounds become clips; each draw has a seed of its own in place of the one here
 * @param masks of the tower's training; null for none
 * @param bands the number of bands of the masks
 * @param varied whether the clip and the masks are drawn
 */
record Spectrograms(
    AudioPreprocessor preprocessor,
    ClipOptions clips,
    @Nullable SpectrogramMasks masks,
    int bands,
    boolean varied)
    implements SoundInput {
  private int frames() {
    return preprocessor.frames();
  }

  private int levels() {
    return Math.multiplyExact(preprocessor.bands(), frames());
  }

  @Override
  public int numbers() {
    return levels() + (masks == null ? 0 : bands + frames());
  }

  @Override
  public void fill(Audio audio, RandomGenerator random, FloatBuffer out) {
    preprocessor.with(drawn(random)).prepare(audio, out);
    mask(random, out);
  }

  /** Returns how the next sound becomes a clip. */
  ClipOptions drawn(RandomGenerator random) {
    long seed = varied ? random.nextLong() : clips.seed();
    return new ClipOptions(clips.fill(), clips.truncation(), clips.int16Normalize(), seed);
  }

  /** Writes which bands and frames of a sound remain. */
  void mask(RandomGenerator random, FloatBuffer out) {
    if (masks != null && varied) {
      masks.draw(random, bands, frames(), out);
    } else if (masks != null) {
      SpectrogramMasks.none(bands, frames(), out);
    }
  }

  @Override
  public Map<String, Tensor> inputs(List<ByteBuffer> sounds) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    ByteBuffer spectrograms = part(sounds, 0, levels());
    preprocessor.together(spectrograms.asFloatBuffer());
    inputs.put(
        ClapArchitecture.SPECTROGRAM,
        Tensor.of(DataType.FLOAT32, spectrograms, sounds.size(), preprocessor.bands(), frames()));
    if (masks != null) {
      inputs.put(SoundTower.KEPT_BANDS, rows(sounds, levels(), bands));
      inputs.put(SoundTower.KEPT_FRAMES, rows(sounds, levels() + bands, frames()));
    }
    return inputs;
  }

  private static Tensor rows(List<ByteBuffer> sounds, int first, int count) {
    return Tensor.of(DataType.FLOAT32, part(sounds, first, count), sounds.size(), count);
  }

  /** Returns some numbers of each sound, in native byte order. */
  private static ByteBuffer part(List<ByteBuffer> sounds, int first, int count) {
    int bytes = count * Float.BYTES;
    ByteBuffer part = Tensor.allocate((long) sounds.size() * bytes);
    for (int i = 0; i < sounds.size(); i++) {
      part.put(i * bytes, sounds.get(i), first * Float.BYTES, bytes);
    }
    return part;
  }
}
