package org.openclip.train.data;

import java.nio.FloatBuffer;
import java.util.SplittableRandom;
import org.openclip.api.OpenClipException;

/** Preprocesses a stored sample for a model. Thread-safe. */
public interface Preparation {
  /** Returns how many numbers an image becomes. */
  int pixels();

  /**
   * Decodes and varies the image, and tokenizes the caption.
   *
   * @param random what decides how the image is varied
   * @param out takes {@link #pixels} numbers
   * @return the caption's tokens, of context length
   * @throws OpenClipException when the sample cannot be used; it is left out
   */
  long[] prepare(Sample sample, SplittableRandom random, FloatBuffer out);
}
