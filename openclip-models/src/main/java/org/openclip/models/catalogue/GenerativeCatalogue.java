package org.openclip.models.catalogue;

import java.io.IOException;
import java.io.InputStream;
import java.util.SequencedSet;
import org.openclip.api.spi.ModelCatalogueProvider;

/** The catalogue of the reference's generative models (GenLIP, GenLAP), which have no weights. */
public final class GenerativeCatalogue implements ModelCatalogueProvider {
  private static final CatalogueFiles FILES = new CatalogueFiles("generative/");

  /** Creates the provider. */
  public GenerativeCatalogue() {}

  @Override
  public String name() {
    return "generative";
  }

  /** Comes after the models of sounds. */
  @Override
  public int priority() {
    return -3;
  }

  @Override
  public SequencedSet<String> models() {
    return FILES.models();
  }

  @Override
  public InputStream open(String model) throws IOException {
    return FILES.open(model);
  }
}
