package org.openclip.api.spi;

import java.util.Map;
import org.openclip.api.OpenClipException;
import org.openclip.api.image.Augmentation;
import org.openclip.api.image.ImageAugmenter;
import org.openclip.api.image.ImagePreprocessor;
import org.openclip.api.image.PreprocessConfig;

/** A plugin that brings pictures to the form that a kind of image tower takes. */
public interface ImagePreprocessorProvider extends Provider {
  /** Returns whether towers with this {@code vision_cfg} take pictures of this form. */
  boolean matches(Map<String, Object> visionConfig);

  /** Creates a preprocessor. */
  ImagePreprocessor create(PreprocessConfig config);

  /**
   * Creates what prepares pictures for a training.
   *
   * @throws OpenClipException when pictures of this form cannot be varied
   */
  default ImageAugmenter augmenter(PreprocessConfig config, Augmentation augmentation) {
    throw new OpenClipException("'" + name() + "' pictures have no augmentation for training");
  }
}
