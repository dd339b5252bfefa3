package org.openclip.train.data;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.openclip.api.OpenClipException;
import org.openclip.api.tensor.Tensor;

/** Preprocesses a stored sample for a model. Thread-safe. */
public interface Preparation {
  /** Returns how many numbers an image becomes at most, in a batch of any shape. */
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

  /**
   * Returns the inputs of the image tower for a batch.
   *
   * @param prepared the numbers of each image, in native byte order, from index 0
   */
  Map<String, Tensor> images(List<ByteBuffer> prepared);

  /** Returns the preparation of samples for a batch of a shape. */
  default Preparation of(BatchShape shape) {
    return this;
  }
}
