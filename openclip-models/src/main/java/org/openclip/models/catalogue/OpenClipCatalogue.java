package org.openclip.models.catalogue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.openclip.api.config.PretrainedTag;
import org.openclip.api.encoder.ModelSize;

/**
 * The catalogue of OpenCLIP's built-in models, with one JSON file for each, listed in {@code
 * models.txt}. Only models whose towers are in this module are listed.
 */
public final class OpenClipCatalogue extends ListedCatalogue {
  private static final CatalogueFiles FILES = new CatalogueFiles("");

  /** Creates the provider. */
  public OpenClipCatalogue() {
    super("openclip", 0, FILES);
  }

  /** Looks the model up in {@code sizes.txt}, which a test compares with the models themselves. */
  @Override
  public Optional<ModelSize> size(String model) {
    return Optional.ofNullable(Sizes.BY_NAME.get(model));
  }

  /**
   * Reads {@code pretrained.txt}: the tags of the reference, including those of its audio models.
   */
  @Override
  public List<PretrainedTag> pretrained() {
    return FILES.pretrained();
  }

  /** Read when the first size is asked for. */
  private static final class Sizes {
    static final Map<String, ModelSize> BY_NAME = FILES.sizes();
  }
}
