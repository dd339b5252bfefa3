package org.openclip.train.command.data;

import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;
import org.openclip.api.image.Augmentation;
import org.openclip.api.image.ImageAugmenter;
import org.openclip.api.image.ImagePreprocessor;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.spi.ImagePreprocessorProvider;
import org.openclip.api.text.Tokenizer;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.picture.PictureFiles;
import org.openclip.train.naflex.NaFlexPlan;
import org.openclip.train.naflex.PatchImages;
import org.openclip.train.naflex.PatchSizes;
import org.openclip.train.run.ImageInput;
import org.openclip.train.run.ModelPreparation;
import org.openclip.train.run.UnvariedImages;
import org.openclip.train.run.WholeImages;

/** The preprocessing and augmentation of a model's images and captions. */
public final class Pictures implements Preparations {
  private final PictureFiles files;
  private final PreprocessConfig config;
  private final ImagePreprocessorProvider provider;
  private final Augmentation augmentation;
  private final long mostPixels;
  private final @Nullable NaFlexPlan shapes;

  /**
   * Finds out what the model asks for.
   *
   * @param augmentation of pictures that are trained on
   * @param mostPixels the most that a stored picture may have; 0 for any number
   */
  public Pictures(ModelBuilder builder, Augmentation augmentation, long mostPixels) {
    this(builder, augmentation, mostPixels, null);
  }

  /**
   * Finds out what the model asks for.
   *
   * @param augmentation of pictures that are trained on
   * @param mostPixels the most that a stored picture may have; 0 for any number
   * @param shapes what is done with pictures of any shape; null to bring them to one size
   */
  public Pictures(
      ModelBuilder builder,
      Augmentation augmentation,
      long mostPixels,
      @Nullable NaFlexPlan shapes) {
    this.shapes = shapes;
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

  @Override
  public ModelPreparation varied(ModelPreparation.Captions captions) {
    ImageAugmenter augmenter = provider.augmenter(config, augmentation);
    return preparation(
        shapes == null ? whole(augmenter) : cut(augmenter, shapes, shapes.budget().longest()),
        captions);
  }

  @Override
  public ModelPreparation plain(ModelPreparation.Captions captions) {
    return preparation(unvaried(), captions);
  }

  /** Returns how pictures become inputs of the image tower for measuring. */
  public ImageInput unvaried() {
    ImageAugmenter plain = new UnvariedImages(preprocessor());
    return shapes == null ? whole(plain) : cut(plain, shapes, shapes.evaluation());
  }

  private ImageInput whole(ImageAugmenter augmenter) {
    return new WholeImages(augmenter, config.height(), config.width());
  }

  private static ImageInput cut(ImageAugmenter augmenter, NaFlexPlan shapes, int patches) {
    PatchSizes sizes = shapes.patches();
    return new PatchImages(augmenter, sizes, sizes.evaluation(), patches, patches);
  }

  private ModelPreparation preparation(ImageInput input, ModelPreparation.Captions captions) {
    return new ModelPreparation(files, input, captions, mostPixels);
  }
}
