package org.openclip.train.run;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.openclip.api.image.Image;
import org.openclip.api.tensor.Tensor;
import org.openclip.train.data.BatchShape;

/** How decoded images become the inputs of an image tower. Thread-safe. */
public interface ImageInput {
  /** Returns how many numbers an image becomes at most. */
  int numbers();

  /**
   * Turns an image into numbers.
   *
   * @param random what decides how it is varied, if it is
   * @param out takes up to {@link #numbers} numbers
   */
  void fill(Image image, RandomGenerator random, FloatBuffer out);

  /**
   * Returns the inputs of the tower for a batch, by name.
   *
   * @param images the numbers of each image, in native byte order, from index 0
   */
  Map<String, Tensor> inputs(List<ByteBuffer> images);

  /** Returns what images of a batch become that has a shape. */
  default ImageInput of(BatchShape shape) {
    return this;
  }
}
