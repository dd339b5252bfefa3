package org.openclip.train.run;

import java.nio.FloatBuffer;
import java.util.random.RandomGenerator;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImageAugmenter;
import org.openclip.api.image.ImagePreprocessor;
import org.openclip.api.image.PatchGrid;

/**
 * Images as they are preprocessed for evaluation, without chance.
 *
 * @param preprocessor preprocesses them
 */
public record UnvariedImages(ImagePreprocessor preprocessor) implements ImageAugmenter {
  @Override
  public void augment(Image image, RandomGenerator random, FloatBuffer out) {
    preprocessor.preprocess(image, out);
  }

  @Override
  public PatchGrid cut(
      Image image, int patch, int maxPatches, RandomGenerator random, FloatBuffer out) {
    return preprocessor.cut(image, patch, maxPatches, out);
  }
}
