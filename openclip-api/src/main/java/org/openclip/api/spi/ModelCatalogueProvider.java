package org.openclip.api.spi;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import org.openclip.api.config.PretrainedTag;
import org.openclip.api.encoder.ModelSize;

/**
 * A plugin that adds named model configurations and pretrained tags. A plugin with an architecture
 * has one besides its encoder, with a JSON file for each model size.
 */
public interface ModelCatalogueProvider extends Provider {
  /** Returns the names of its models, in the order of listing. */
  SequencedSet<String> models();

  /**
   * Opens the configuration of a model: a JSON object in the reference's format ({@code embed_dim},
   * {@code vision_cfg}, {@code text_cfg}, …) in UTF-8.
   *
   * @param model one of {@link #models}
   * @throws IOException when it cannot be read
   */
  InputStream open(String model) throws IOException;

  /**
   * Returns the size of a model if it is known without building the model, so that long lists are
   * fast; empty when it must be computed.
   *
   * @param model one of {@link #models}
   */
  default Optional<ModelSize> size(String model) {
    return Optional.empty();
  }

  /**
   * Returns what is not proved about a model, as a sentence for a person, such as that its answers
   * were not compared with those of another implementation; empty when nothing is doubted.
   *
   * @param model one of {@link #models}
   */
  default Optional<String> unproved(String model) {
    return Optional.empty();
  }

  /**
   * Returns its pretrained tags, in the order of listing. They may belong to models of another
   * catalogue.
   */
  default List<PretrainedTag> pretrained() {
    return List.of();
  }
}
