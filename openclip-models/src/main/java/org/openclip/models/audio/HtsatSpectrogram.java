package org.openclip.models.audio;

import java.nio.FloatBuffer;
import org.openclip.api.InvalidInputException;
import org.openclip.api.audio.Audio;
import org.openclip.api.audio.AudioPreprocessor;

/**
 * What HTSAT reads: mel bands in decibels. A tower that was trained with fusion reads bands on
 * HTK's scale of equal height, as torchaudio makes them, and others those of librosa.
 *
 * @param config the tower's sizes
 * @param mel the transform
 */
record HtsatSpectrogram(HtsatConfig config, MelSpectrogram mel) implements AudioPreprocessor {
  private static final double FLOOR = 1e-10;

  static HtsatSpectrogram of(HtsatConfig config) {
    MelFilters filters =
        new MelFilters(
            config.bands(),
            config.window(),
            config.sampleRate(),
            config.lowest(),
            config.highest(),
            config.fusion() ? MelFilters.Scale.HTK : MelFilters.Scale.SLANEY,
            !config.fusion());
    return new HtsatSpectrogram(config, new MelSpectrogram(filters, config.hop()));
  }

  @Override
  public int sampleRate() {
    return config.sampleRate();
  }

  @Override
  public int samples() {
    return config.samples();
  }

  @Override
  public int bands() {
    return config.bands();
  }

  @Override
  public int frames() {
    return config.frames();
  }

  /**
   * Writes the bands.
   *
   * @throws InvalidInputException when the sound is longer than a clip and the tower fuses parts of
   *     such sounds, one of which the reference draws at random
   */
  @Override
  public void prepare(Audio audio, FloatBuffer out) {
    float[] samples = Resampling.to(audio, sampleRate());
    if (config.fusion() && samples.length > config.samples()) {
      throw new InvalidInputException(
          "the sound has %s samples at %s Hz, but this model with enable_fusion reads %s at most here; cut the sound"
              .formatted(samples.length, sampleRate(), config.samples()));
    }
    for (double[] band : mel.of(Clip.of(samples, config.samples()), frames())) {
      for (double energy : band) {
        out.put((float) (10 * Math.log10(Math.max(energy, FLOOR))));
      }
    }
  }
}
