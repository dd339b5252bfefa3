package org.openclip.models.audio;

import java.nio.FloatBuffer;
import org.openclip.api.audio.Audio;
import org.openclip.api.audio.AudioPreprocessor;
import org.openclip.api.audio.ClipOptions;

/**
 * What HTSAT with fusion reads of a sound that is longer than a clip: four spectrograms below each
 * other, of one clip that is drawn, and of the beginning, the middle and the end.
 *
 * @param one makes the spectrogram of a clip
 */
record HtsatLongSpectrogram(HtsatSpectrogram one) implements AudioPreprocessor {
  static final int PARTS = 4;

  @Override
  public AudioPreprocessor with(ClipOptions options) {
    Clip clip = one.clip();
    return new HtsatLongSpectrogram(
        new HtsatSpectrogram(
            one.config(), one.mel(), new Clip(clip.count(), clip.rate(), options)));
  }

  @Override
  public int sampleRate() {
    return one.sampleRate();
  }

  @Override
  public int samples() {
    return one.samples();
  }

  @Override
  public int bands() {
    return PARTS * one.bands();
  }

  @Override
  public int frames() {
    return one.frames();
  }

  @Override
  public boolean longer(Audio audio) {
    return one.longer(audio);
  }

  @Override
  public void prepare(Audio audio, FloatBuffer out) {
    float[] samples = one.clip().whole(audio);
    int last = samples.length / one.config().hop() + 1 - frames();
    for (int first : new int[] {one.clip().start(samples, last), 0, last / 2, last}) {
      HtsatSpectrogram.write(one.mel().of(samples, first, frames()), out);
    }
  }
}
