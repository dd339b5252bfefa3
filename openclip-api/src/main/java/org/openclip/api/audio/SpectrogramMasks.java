package org.openclip.api.audio;

import java.nio.FloatBuffer;
import java.util.random.RandomGenerator;

/**
 * The masks that training lays over spectrograms (SpecAugment; Park et al. 2019, arXiv 1904.08779):
 * stripes of frames and of bands, each of a random width at a random place.
 *
 * @param frameStripes the number of stripes of frames
 * @param frameWidth a stripe of frames has fewer frames than this
 * @param bandStripes the number of stripes of bands
 * @param bandWidth a stripe of bands has fewer bands than this
 */
public record SpectrogramMasks(int frameStripes, int frameWidth, int bandStripes, int bandWidth) {
  /**
   * Draws which bands and frames of a spectrogram remain.
   *
   * @param out takes {@code float32[bands + frames]}: 1 for what remains, and 0 for what is masked
   */
  public void draw(RandomGenerator random, int bands, int frames, FloatBuffer out) {
    stripes(random, bandStripes, bandWidth, bands, out);
    stripes(random, frameStripes, frameWidth, frames, out);
  }

  /** Writes as many ones as {@link #draw} writes numbers: nothing is masked. */
  public static void none(int bands, int frames, FloatBuffer out) {
    for (int i = 0; i < bands + frames; i++) {
      out.put(1);
    }
  }

  private static void stripes(
      RandomGenerator random, int count, int width, int size, FloatBuffer out) {
    int first = out.position();
    none(size, 0, out);
    for (int i = 0; i < count; i++) {
      int masked = random.nextInt(Math.min(width, size));
      int start = first + random.nextInt(size - masked);
      for (int at = start; at < start + masked; at++) {
        out.put(at, 0);
      }
    }
  }
}
