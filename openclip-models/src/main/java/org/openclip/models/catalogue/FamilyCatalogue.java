package org.openclip.models.catalogue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.openclip.api.config.PretrainedTag;
import org.openclip.api.encoder.ModelSize;

/**
 * The catalogue of models that are published outside of OpenCLIP, under the names of their
 * repositories on the Hugging Face hub: MetaCLIP 2 (Chuang et al. 2025, arXiv 2507.22062), and
 * others. {@code unproved.txt} says what is not proved about a model.
 */
public final class FamilyCatalogue extends ListedCatalogue {
  private static final CatalogueFiles FILES = new CatalogueFiles("families/");

  /** Creates the provider. */
  public FamilyCatalogue() {
    // After the reference's own models.
    super("families", -1, FILES);
  }

  @Override
  public Optional<ModelSize> size(String model) {
    return Optional.ofNullable(Known.SIZES.get(model));
  }

  @Override
  public List<PretrainedTag> pretrained() {
    return FILES.pretrained();
  }

  @Override
  public Optional<String> unproved(String model) {
    return Optional.ofNullable(Known.UNPROVED.get(model));
  }

  /** Read when the first model is asked about. */
  private static final class Known {
    static final Map<String, ModelSize> SIZES = FILES.sizes();
    static final Map<String, String> UNPROVED = new HashMap<>();

    static {
      for (String line : FILES.lines("unproved.txt")) {
        int space = line.indexOf(' ');
        UNPROVED.put(line.substring(0, space), line.substring(space + 1));
      }
    }
  }
}
