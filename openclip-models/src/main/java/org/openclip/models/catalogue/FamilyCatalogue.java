package org.openclip.models.catalogue;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import org.openclip.api.config.PretrainedTag;
import org.openclip.api.encoder.ModelSize;
import org.openclip.api.spi.ModelCatalogueProvider;

/**
 * The catalogue of models that are published outside of OpenCLIP, under the names of their
 * repositories on the Hugging Face hub: MetaCLIP 2 (Chuang et al. 2025, arXiv 2507.22062), and
 * others. {@code unproved.txt} says what is not proved about a model.
 */
public final class FamilyCatalogue implements ModelCatalogueProvider {
  private static final CatalogueFiles FILES = new CatalogueFiles("families/");

  /** Creates the provider. */
  public FamilyCatalogue() {}

  @Override
  public String name() {
    return "families";
  }

  /** Comes after the reference's own models. */
  @Override
  public int priority() {
    return -1;
  }

  @Override
  public SequencedSet<String> models() {
    return FILES.models();
  }

  @Override
  public InputStream open(String model) throws IOException {
    return FILES.open(model);
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
