package org.openclip.models.catalogue;

import java.io.IOException;
import java.io.InputStream;
import java.util.SequencedSet;
import org.openclip.api.spi.ModelCatalogueProvider;

/**
 * The catalogue of the reference's models of sound and text (CLAP). Their pretrained tags are in
 * the {@link OpenClipCatalogue}.
 */
public final class SoundCatalogue implements ModelCatalogueProvider {
  private static final CatalogueFiles FILES = new CatalogueFiles("sound/");

  /** Creates the provider. */
  public SoundCatalogue() {}

  @Override
  public String name() {
    return "sound";
  }

  /** Comes after the models of images. */
  @Override
  public int priority() {
    return -2;
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
