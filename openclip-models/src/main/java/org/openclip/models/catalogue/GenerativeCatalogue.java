package org.openclip.models.catalogue;

/** The catalogue of the reference's generative models (GenLIP, GenLAP), which have no weights. */
public final class GenerativeCatalogue extends ListedCatalogue {
  /** Creates the provider. */
  public GenerativeCatalogue() {
    // After the models of sounds.
    super("generative", -3, new CatalogueFiles("generative/"));
  }
}
