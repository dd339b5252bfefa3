package org.openclip.models.audio;

import java.nio.FloatBuffer;
import org.openclip.api.audio.Audio;
import org.openclip.api.audio.AudioPreprocessor;
import org.openclip.api.audio.ClipOptions;

/**
 * What Whisper reads (Radford et al. 2022, arXiv 2212.04356): the decimal logarithm of 80 mel bands
 * of 16 kHz sound, a frame each 10 ms, at most 80 dB below the loudest, and scaled to about -1 to
 * 1.
 *
 * <p>The filters are the reference's. OpenAI's Whisper has filters on Slaney's scale, which are
 * others.
 *
 * @param samples the number of samples of a clip
 * @param mel the transform
 * @param clip how a sound becomes a clip
 */
record WhisperSpectrogram(int samples, MelSpectrogram mel, Clip clip) implements AudioPreprocessor {
  static final int SAMPLE_RATE = 16000;
  static final int BANDS = 80;
  static final int WINDOW = 400;
  static final int HOP = 160;

  private static final double FLOOR = 1e-10;
  private static final double RANGE = 8;

  WhisperSpectrogram(int samples) {
    this(
        samples,
        new MelSpectrogram(
            new MelFilters(
                BANDS, WINDOW, SAMPLE_RATE, 0, SAMPLE_RATE / 2.0, MelFilters.Scale.HTK, true),
            HOP),
        new Clip(samples, SAMPLE_RATE, ClipOptions.DEFAULT));
  }

  @Override
  public AudioPreprocessor with(ClipOptions options) {
    return new WhisperSpectrogram(
        samples, mel, new Clip(samples, SAMPLE_RATE, options).requireUnfused());
  }

  @Override
  public int sampleRate() {
    return SAMPLE_RATE;
  }

  @Override
  public int bands() {
    return BANDS;
  }

  @Override
  public int frames() {
    return samples / HOP;
  }

  /** The loudest is that of the sound. */
  @Override
  public void prepare(Audio audio, FloatBuffer out) {
    double[][] energies = mel.of(clip.of(audio), frames());
    double loudest = Double.NEGATIVE_INFINITY;
    for (double[] band : energies) {
      for (int i = 0; i < band.length; i++) {
        band[i] = Math.log10(Math.max(band[i], FLOOR));
        loudest = Math.max(loudest, band[i]);
      }
    }
    for (double[] band : energies) {
      for (double level : band) {
        out.put((float) ((Math.max(level, loudest - RANGE) + 4) / 4));
      }
    }
  }

  /** The loudest is that of the batch. */
  @Override
  public void together(FloatBuffer inputs) {
    float loudest = Float.NEGATIVE_INFINITY;
    for (int i = inputs.position(); i < inputs.limit(); i++) {
      loudest = Math.max(loudest, inputs.get(i));
    }
    float quietest = (float) (loudest - RANGE / 4);
    for (int i = inputs.position(); i < inputs.limit(); i++) {
      inputs.put(i, Math.max(inputs.get(i), quietest));
    }
  }
}
