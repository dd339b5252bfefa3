package org.openclip.models.image;

import java.util.Map;
import org.openclip.api.image.Augmentation;
import org.openclip.api.image.ImageAugmenter;
import org.openclip.api.image.ImagePreprocessor;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.spi.ImagePreprocessorProvider;

/** Provides the image preprocessing {@code standard}, for towers that take images of one size. */
public final class StandardPreprocessorProvider implements ImagePreprocessorProvider {
  /** Creates the provider. */
  public StandardPreprocessorProvider() {}

  @Override
  public String name() {
    return "standard";
  }

  @Override
  public boolean matches(Map<String, Object> visionConfig) {
    return true;
  }

  @Override
  public ImagePreprocessor create(PreprocessConfig config) {
    return new StandardPreprocessor(config);
  }

  @Override
  public ImageAugmenter augmenter(PreprocessConfig config, Augmentation augmentation) {
    return new RandomResizedCrop(config, augmentation);
  }
}
