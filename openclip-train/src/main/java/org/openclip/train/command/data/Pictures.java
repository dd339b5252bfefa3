package org.openclip.train.command.data;

import org.openclip.api.OpenClipException;
import org.openclip.api.image.Augmentation;
import org.openclip.api.image.ImageAugmenter;
import org.openclip.api.image.ImagePreprocessor;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.spi.ImagePreprocessorProvider;
import org.openclip.api.text.Tokenizer;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.picture.PictureFiles;
import org.openclip.train.run.ModelPreparation;

/** The preprocessing and augmentation of a model's images and captions. */
public final class Pictures {
  private final PictureFiles files;
  private final PreprocessConfig config;
  private final ImagePreprocessorProvider provider;
  private final Augmentation augmentation;
  private final long mostPixels;

  /**
   * Finds out what the model asks for.
   *
   * @param augmentation of pictures that are trained on
   * @param mostPixels the most that a stored picture may have; 0 for any number
   */
  public Pictures(ModelBuilder builder, Augmentation augmentation, long mostPixels) {
    this.files = new PictureFiles(builder.registry());
    this.config = builder.preprocessing();
    this.augmentation = augmentation;
    this.mostPixels = mostPixels;
    this.provider =
        builder
            .registry()
            .first(
                ImagePreprocessorProvider.class,
                p -> p.matches(builder.architecture().config().vision()))
            .orElseThrow(
                () ->
                    new OpenClipException(
                        "no plugin provides image preprocessing; add openclip-models"));
  }

  public PreprocessConfig config() {
    return config;
  }

  public ImagePreprocessor preprocessor() {
    return provider.create(config);
  }

  /** Returns how samples are prepared for training. */
  public ModelPreparation varied(Tokenizer tokenizer) {
    return varied(ModelPreparation.Captions.of(tokenizer));
  }

  /** Returns the same, with captions of another kind. */
  public ModelPreparation varied(ModelPreparation.Captions captions) {
    return preparation(provider.augmenter(config, augmentation), captions);
  }

  /** Returns how samples are prepared for measuring. */
  public ModelPreparation plain(ModelPreparation.Captions captions) {
    ImagePreprocessor preprocessor = preprocessor();
    return preparation((image, random, out) -> preprocessor.preprocess(image, out), captions);
  }

  private ModelPreparation preparation(
      ImageAugmenter augmenter, ModelPreparation.Captions captions) {
    int numbers = 3 * config.height() * config.width();
    return new ModelPreparation(files, augmenter, captions, numbers, mostPixels);
  }
}
