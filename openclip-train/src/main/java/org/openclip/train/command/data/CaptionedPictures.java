package org.openclip.train.command.data;

import org.openclip.api.OpenClipException;
import org.openclip.api.image.Augmentation;
import org.openclip.api.image.ImageAugmenter;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.model.GenerativeArchitecture;
import org.openclip.api.spi.ImagePreprocessorProvider;
import org.openclip.hub.generative.GenerativeBuilder;
import org.openclip.hub.picture.PictureFiles;
import org.openclip.train.naflex.NaFlexPlan;
import org.openclip.train.naflex.PatchImages;
import org.openclip.train.naflex.PatchSizes;
import org.openclip.train.run.ImageInput;
import org.openclip.train.run.ModelPreparation;
import org.openclip.train.run.ModelPreparation.Captions;
import org.openclip.train.run.UnvariedImages;

/**
 * The preparation of images and captions of a generative model.
 *
 * @param files decodes images
 * @param config how they are prepared
 * @param provider prepares them
 * @param augmentation of images that are trained on
 * @param plan what is done with images
 * @param mostPixels the most that a stored picture may have; 0 for any number
 */
public record CaptionedPictures(
    PictureFiles files,
    PreprocessConfig config,
    ImagePreprocessorProvider provider,
    Augmentation augmentation,
    NaFlexPlan plan,
    long mostPixels)
    implements Preparations {
  /** Finds out what a model asks for. */
  public static CaptionedPictures of(
      GenerativeBuilder builder,
      GenerativeArchitecture architecture,
      Augmentation augmentation,
      NaFlexPlan plan,
      long mostPixels) {
    ImagePreprocessorProvider provider =
        builder
            .plugins()
            .first(ImagePreprocessorProvider.class, p -> p.matches(architecture.config()))
            .orElseThrow(
                () ->
                    new OpenClipException(
                        "no plugin provides image preprocessing; add openclip-models"));
    return new CaptionedPictures(
        new PictureFiles(builder.plugins()),
        builder.preprocessing(),
        provider,
        augmentation,
        plan,
        mostPixels);
  }

  @Override
  public ModelPreparation varied(Captions captions) {
    return preparation(provider.augmenter(config, augmentation), plan.budget().longest(), captions);
  }

  @Override
  public ModelPreparation plain(Captions captions) {
    return preparation(new UnvariedImages(provider.create(config)), plan.evaluation(), captions);
  }

  private ModelPreparation preparation(ImageAugmenter augmenter, int patches, Captions captions) {
    PatchSizes sizes = plan.patches();
    ImageInput input = new PatchImages(augmenter, sizes, sizes.own(), patches, patches);
    return new ModelPreparation(files, input, captions, mostPixels);
  }
}
