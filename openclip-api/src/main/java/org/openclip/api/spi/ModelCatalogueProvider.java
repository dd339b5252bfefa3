package org.openclip.api.spi;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import org.openclip.api.config.PretrainedTag;
import org.openclip.api.encoder.ModelSize;

/**
 * A plugin that names model configurations, and weights for them. A drop-in architecture brings one
 * beside its encoder, with a JSON file for each size.
 */
public interface ModelCatalogueProvider extends Provider {
  /** Returns the names of its models, in the order in which they are listed. */
  SequencedSet<String> models();

  /**
   * Opens the configuration of a model: a JSON object of the reference's form ({@code embed_dim},
   * {@code vision_cfg}, {@code text_cfg}, …) in UTF-8.
   *
   * @param model one of {@link #models}
   * @throws IOException when it cannot be read
   */
  InputStream open(String model) throws IOException;

  /**
   * Returns the size of a model if the catalogue knows it without building the model, so that long
   * lists are quick; empty when it must be measured.
   *
   * @param model one of {@link #models}
   */
  default Optional<ModelSize> size(String model) {
    return Optional.empty();
  }

  /**
   * Returns the weights that it names, in the order in which they are listed. They may be those of
   * another catalogue's models.
   */
  default List<PretrainedTag> pretrained() {
    return List.of();
  }
}
