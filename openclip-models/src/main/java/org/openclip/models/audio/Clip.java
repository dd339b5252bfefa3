package org.openclip.models.audio;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.openclip.api.InvalidInputException;
import org.openclip.api.audio.Audio;
import org.openclip.api.audio.ClipOptions;
import org.openclip.api.audio.ClipOptions.Truncation;

/**
 * What becomes of a sound of any length: a fixed number of samples at a fixed rate.
 *
 * @param count the number of samples
 * @param rate the number of samples of a second
 * @param options how shorter sounds are filled and longer ones cut
 */
record Clip(int count, int rate, ClipOptions options) {
  private static final float INT16 = 32767;

  /** Checks that a tower without fusion is not asked to fuse. */
  Clip requireUnfused() {
    if (options.truncation() == Truncation.FUSION) {
      throw new InvalidInputException(
          "the truncation 'fusion' is for models with enable_fusion; use trunc or rand_trunc");
    }
    return this;
  }

  /** Returns a clip of a sound. */
  float[] of(Audio audio) {
    // The beginning is all that is read of a longer sound.
    boolean beginning = options.truncation() == Truncation.TRUNC;
    float[] samples = normalized(Resampling.to(audio, rate, beginning ? count : Integer.MAX_VALUE));
    return samples.length <= count ? filled(samples) : cut(samples);
  }

  /** Returns all samples of a sound. */
  float[] whole(Audio audio) {
    return normalized(Resampling.to(audio, rate, Integer.MAX_VALUE));
  }

  /** Returns a shorter sound filled up to a clip. */
  float[] filled(float[] samples) {
    float[] clip = Arrays.copyOf(samples, count);
    int repeated =
        switch (options.fill()) {
          case PAD -> Math.min(samples.length, count);
          case REPEAT -> count;
          case REPEATPAD -> count - count % samples.length;
        };
    for (int at = samples.length; at < repeated; at += samples.length) {
      System.arraycopy(samples, 0, clip, at, Math.min(samples.length, repeated - at));
    }
    return clip;
  }

  private float[] cut(float[] samples) {
    int start = start(samples, samples.length - count);
    return Arrays.copyOfRange(samples, start, start + count);
  }

  /** Returns where a part begins: at 0, or drawn from 0 to the last place. */
  int start(float[] samples, int last) {
    return options.truncation() == Truncation.RAND_TRUNC
        ? new SplittableRandom(options.seed() ^ Arrays.hashCode(samples)).nextInt(last + 1)
        : 0;
  }

  private float[] normalized(float[] samples) {
    if (!options.int16Normalize()) {
      return samples;
    }
    float[] rounded = new float[samples.length];
    for (int i = 0; i < samples.length; i++) {
      rounded[i] = (short) (Math.clamp(samples[i], -1f, 1f) * INT16) / INT16;
    }
    return rounded;
  }
}
