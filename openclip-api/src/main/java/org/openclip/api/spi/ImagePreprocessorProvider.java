package org.openclip.api.spi;

import java.util.Map;
import org.openclip.api.OpenClipException;
import org.openclip.api.image.Augmentation;
import org.openclip.api.image.ImageAugmenter;
import org.openclip.api.image.ImagePreprocessor;
import org.openclip.api.image.PreprocessConfig;

/** A plugin that adds image preprocessing for a kind of image tower. */
public interface ImagePreprocessorProvider extends Provider {
  /** Returns whether this preprocessing is for towers with this {@code vision_cfg}. */
  boolean matches(Map<String, Object> visionConfig);

  /** Creates a preprocessor. */
  ImagePreprocessor create(PreprocessConfig config);

  /**
   * Creates the augmentation for training.
   *
   * @throws OpenClipException when this preprocessing does not support augmentation
   */
  default ImageAugmenter augmenter(PreprocessConfig config, Augmentation augmentation) {
    throw new OpenClipException("'" + name() + "' preprocessing has no augmentation for training");
  }
}
