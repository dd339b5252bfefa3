package org.openclip.models.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import org.openclip.api.config.PretrainedTag;
import org.openclip.api.spi.ModelCatalogueProvider;
import org.openclip.models.resource.ModuleResource;

/**
 * The catalogue of the embedded model {@code emoji-RN}, which was trained on images of emoji and
 * their names. With it, everything can be tried without a network. docs/emoji.md describes what it
 * can do and how it was trained.
 */
public final class EmbeddedCatalogue implements ModelCatalogueProvider {
  private static final String MODEL = "emoji-RN";

  /** Creates the provider. */
  public EmbeddedCatalogue() {}

  @Override
  public String name() {
    return "embedded";
  }

  @Override
  public SequencedSet<String> models() {
    return new LinkedHashSet<>(List.of(MODEL));
  }

  @Override
  public InputStream open(String model) throws IOException {
    return ModuleResource.open(EmbeddedCatalogue.class, model + ".json");
  }

  /** Returns the tag of the weights beside this class, in a jar, a folder or a runtime image. */
  @Override
  public List<PretrainedTag> pretrained() {
    URL weights = EmbeddedCatalogue.class.getResource(MODEL + ".safetensors");
    return weights == null
        ? List.of()
        : List.of(
            new PretrainedTag(
                MODEL,
                PretrainedTag.EMBEDDED,
                List.of(weights.toString()),
                false,
                Map.of("interpolation", "bicubic", "resize_mode", "shortest")));
  }
}
