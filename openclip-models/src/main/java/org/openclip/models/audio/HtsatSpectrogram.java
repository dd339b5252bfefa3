package org.openclip.models.audio;

import java.nio.FloatBuffer;
import org.openclip.api.audio.Audio;
import org.openclip.api.audio.AudioPreprocessor;
import org.openclip.api.audio.ClipOptions;

/**
 * What HTSAT reads: mel bands in decibels. A tower that was trained with fusion reads bands on
 * HTK's scale of equal height, as torchaudio makes them, and others those of librosa.
 *
 * @param config the tower's sizes
 * @param mel the transform
 * @param clip how a sound becomes a clip
 */
record HtsatSpectrogram(HtsatConfig config, MelSpectrogram mel, Clip clip)
    implements AudioPreprocessor {
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
    return new HtsatSpectrogram(
        config,
        new MelSpectrogram(filters, config.hop()),
        new Clip(config.samples(), config.sampleRate(), ClipOptions.DEFAULT));
  }

  @Override
  public AudioPreprocessor with(ClipOptions options) {
    Clip other = new Clip(clip.count(), clip.rate(), options);
    return new HtsatSpectrogram(config, mel, config.fusion() ? other : other.requireUnfused());
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

  /** A tower without fusion cuts a sound that is longer. */
  @Override
  public boolean longer(Audio audio) {
    return config.fusion()
        && Resampling.count(audio, sampleRate()) / config.hop() + 1 > config.frames();
  }

  @Override
  public void prepare(Audio audio, FloatBuffer out) {
    write(mel.of(samples(audio), frames()), out);
  }

  /** With fusion, what a clip lacks of a frame is not cut off. */
  private float[] samples(Audio audio) {
    if (!config.fusion()) {
      return clip.of(audio);
    }
    float[] whole = clip.whole(audio);
    return whole.length < config.samples() ? clip.filled(whole) : whole;
  }

  /** Writes energies in decibels. */
  static void write(double[][] energies, FloatBuffer out) {
    for (double[] band : energies) {
      for (double energy : band) {
        out.put((float) (10 * Math.log10(Math.max(energy, FLOOR))));
      }
    }
  }
}
