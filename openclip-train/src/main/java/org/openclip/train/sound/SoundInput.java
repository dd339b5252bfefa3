package org.openclip.train.sound;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.openclip.api.audio.Audio;
import org.openclip.api.audio.AudioPatcher;
import org.openclip.api.audio.AudioPreprocessor;
import org.openclip.api.audio.ClipOptions;
import org.openclip.api.encoder.AudioEncoder;
import org.openclip.api.encoder.PatchAudioEncoder;
import org.openclip.api.encoder.SpectrogramEncoder;
import org.openclip.api.tensor.Tensor;
import org.openclip.train.data.BatchShape;

/** How decoded sounds become the inputs of an audio tower. Thread-safe. */
public interface SoundInput {
  /** Returns how many numbers a sound becomes at most. */
  int numbers();

  /**
   * Turns a sound into numbers.
   *
   * @param random what decides which part of it is read, and what is masked
   * @param out takes up to {@link #numbers} numbers
   */
  void fill(Audio audio, RandomGenerator random, FloatBuffer out);

  /**
   * Returns the inputs of the tower for a batch, by name.
   *
   * @param sounds the numbers of each sound, in native byte order, from index 0
   */
  Map<String, Tensor> inputs(List<ByteBuffer> sounds);

  /** Returns what sounds of a batch become that has a shape. */
  default SoundInput of(BatchShape shape) {
    return this;
  }

  /**
   * Returns what sounds become in training.
   *
   * @param clips how sounds become clips, for towers that read sounds of one length
   * @param most the largest number of patches of any batch, for other towers
   * @param multiple the number of patches of a batch is a multiple of it where the batch's own
   *     bound allows
   */
  static SoundInput trained(AudioEncoder encoder, ClipOptions clips, int most, int multiple) {
    return switch (encoder) {
      case SpectrogramEncoder tower -> spectrograms(tower, clips, true);
      case PatchAudioEncoder tower -> patches(tower.patcher(), most, multiple);
    };
  }

  /**
   * Returns what sounds become in measurements: of a longer sound its beginning is read, and
   * nothing is masked.
   *
   * @param clips how sounds become clips, for towers that read sounds of one length
   * @param most the largest number of patches of a sound, for other towers
   */
  static SoundInput measured(AudioEncoder encoder, ClipOptions clips, int most) {
    return switch (encoder) {
      case SpectrogramEncoder tower -> spectrograms(tower, clips, false);
      case PatchAudioEncoder tower -> patches(tower.patcher(), most, 1);
    };
  }

  /**
   * Returns the patches that sounds of any length become.
   *
   * @param patcher of the model
   * @param most the largest number of patches of any batch
   * @param multiple the number of patches of a batch is a multiple of it where the batch's own
   *     bound allows
   */
  static SoundInput patches(AudioPatcher patcher, int most, int multiple) {
    return new SoundPatches(patcher.withMost(most), most, multiple);
  }

  private static SoundInput spectrograms(
      SpectrogramEncoder tower, ClipOptions clips, boolean varied) {
    AudioPreprocessor one = tower.preprocessor();
    return tower.longer().isPresent()
        ? FusedSpectrograms.of(tower, clips, varied)
        : new Spectrograms(one, clips, tower.masks().orElse(null), one.bands(), varied);
  }
}
