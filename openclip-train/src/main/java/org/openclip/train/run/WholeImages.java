package org.openclip.train.run;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImageAugmenter;
import org.openclip.api.model.Architecture;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;

/**
 * Images of one size, as most towers take them.
 *
 * @param augmenter brings an image to that size
 * @param height of the images, in pixels
 * @param width of the images, in pixels
 */
public record WholeImages(ImageAugmenter augmenter, int height, int width) implements ImageInput {
  @Override
  public int numbers() {
    return 3 * height * width;
  }

  @Override
  public void fill(Image image, RandomGenerator random, FloatBuffer out) {
    augmenter.augment(image, random, out);
  }

  @Override
  public Map<String, Tensor> inputs(List<ByteBuffer> images) {
    int bytes = Float.BYTES * numbers();
    ByteBuffer pixels = Tensor.allocate((long) images.size() * bytes);
    for (int i = 0; i < images.size(); i++) {
      pixels.put(i * bytes, images.get(i), 0, bytes);
    }
    return Map.of(
        Architecture.PIXELS, Tensor.of(DataType.FLOAT32, pixels, images.size(), 3, height, width));
  }
}
