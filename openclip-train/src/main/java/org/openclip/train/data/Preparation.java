package org.openclip.train.data;

import java.nio.FloatBuffer;
import java.util.SplittableRandom;
import org.openclip.api.OpenClipException;

/** The step from a stored sample to the numbers that a model takes. Safe for many threads. */
public interface Preparation {
  /** Returns how many numbers a picture becomes. */
  int pixels();

  /**
   * Decodes and varies the picture, and tokenizes the caption.
   *
   * @param random what decides how the picture is varied
   * @param out takes {@link #pixels} numbers
   * @return the caption's tokens, of context length
   * @throws OpenClipException when the sample cannot be used; it is left out
   */
  long[] prepare(Sample sample, SplittableRandom random, FloatBuffer out);
}
