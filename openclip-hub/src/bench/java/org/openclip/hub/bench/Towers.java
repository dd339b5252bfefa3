package org.openclip.hub.bench;

import java.util.Random;

/** Both towers of ViT-B/32 with one batch for each, ready to run. */
interface Towers extends AutoCloseable {
  /** The side of a picture, in pixels. */
  int SIDE = 224;

  /** Embeds the batch of pictures, preprocessed before. */
  Object images();

  /** Embeds the batch of captions, tokenized before. */
  Object captions();

  @Override
  void close();

  /** Returns {@code float[batch, 3, SIDE, SIDE]}, drawn from a normal distribution. */
  static float[] pixels(int batch) {
    Random random = new Random(7);
    float[] pixels = new float[batch * 3 * SIDE * SIDE];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    return pixels;
  }
}
