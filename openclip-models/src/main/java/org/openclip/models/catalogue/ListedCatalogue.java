package org.openclip.models.catalogue;

import java.io.IOException;
import java.io.InputStream;
import java.util.SequencedSet;
import org.openclip.api.spi.ModelCatalogueProvider;

/** A catalogue whose configurations are resources, with a list of their names beside them. */
abstract class ListedCatalogue implements ModelCatalogueProvider {
  private final String name;
  private final int priority;
  private final CatalogueFiles files;

  /**
   * Creates a catalogue.
   *
   * @param priority 0 for the reference's models of images; less for those that come after them
   */
  ListedCatalogue(String name, int priority, CatalogueFiles files) {
    this.name = name;
    this.priority = priority;
    this.files = files;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final int priority() {
    return priority;
  }

  @Override
  public final SequencedSet<String> models() {
    return files.models();
  }

  @Override
  public final InputStream open(String model) throws IOException {
    return files.open(model);
  }
}
