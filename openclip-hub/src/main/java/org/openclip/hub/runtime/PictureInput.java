package org.openclip.hub.runtime;

import java.nio.ByteBuffer;
import java.util.Map;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImagePreprocessor;
import org.openclip.api.tensor.Tensor;

/** How pictures enter the program of an image tower. */
public interface PictureInput {
  /** Returns the size of a picture's place in a buffer, in bytes. */
  int bytes();

  /**
   * Preprocesses a picture into its place.
   *
   * @param place {@link #bytes} bytes in native order
   */
  void fill(Image image, ImagePreprocessor preprocessor, ByteBuffer place);

  /**
   * Returns the inputs of the program.
   *
   * @param places the places of a batch, filled, one behind the other
   * @param count how many
   */
  Map<String, Tensor> of(ByteBuffer places, int count);

  /**
   * Returns the inputs of the program.
   *
   * @param pixels {@code float32[count, 3, height, width]}, normalised
   */
  Map<String, Tensor> ofPixels(Tensor pixels);

  /**
   * Checks pixels from outside.
   *
   * @throws InvalidInputException when they do not have the shape that the tower takes
   */
  void check(Tensor pixels);
}
