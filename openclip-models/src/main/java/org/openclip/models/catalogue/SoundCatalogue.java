package org.openclip.models.catalogue;

/**
 * The catalogue of the reference's models of sound and text (CLAP). Their pretrained tags are in
 * the {@link OpenClipCatalogue}.
 */
public final class SoundCatalogue extends ListedCatalogue {
  /** Creates the provider. */
  public SoundCatalogue() {
    // After the models of images.
    super("sound", -2, new CatalogueFiles("sound/"));
  }
}
