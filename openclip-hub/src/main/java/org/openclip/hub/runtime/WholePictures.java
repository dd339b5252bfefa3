package org.openclip.hub.runtime;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImagePreprocessor;
import org.openclip.api.model.Architecture;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;

/**
 * Pictures of one size, as most towers take them.
 *
 * @param height their height, in pixels
 * @param width their width, in pixels
 */
public record WholePictures(int height, int width) implements PictureInput {
  @Override
  public int bytes() {
    return Math.toIntExact(3L * height * width * DataType.FLOAT32.bytes());
  }

  @Override
  public void fill(Image image, ImagePreprocessor preprocessor, ByteBuffer place) {
    preprocessor.preprocess(image, place.asFloatBuffer());
  }

  @Override
  public Map<String, Tensor> of(ByteBuffer places, int count) {
    return ofPixels(Tensor.of(DataType.FLOAT32, places.duplicate(), count, 3, height, width));
  }

  @Override
  public Map<String, Tensor> ofPixels(Tensor pixels) {
    return Map.of(Architecture.PIXELS, pixels);
  }

  @Override
  public void check(Tensor pixels) {
    long[] shape = pixels.shape();
    if (pixels.type() != DataType.FLOAT32
        || shape.length != 4
        || !Arrays.equals(shape, 1, 4, new long[] {3, height, width}, 0, 3)) {
      throw new InvalidInputException(
          "pixels are %s, but must be FLOAT32[n, 3, %s, %s]".formatted(pixels, height, width));
    }
  }
}
