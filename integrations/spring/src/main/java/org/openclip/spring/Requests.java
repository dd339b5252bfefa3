package org.openclip.spring;

import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.ClipModel;
import org.springframework.ai.embedding.EmbeddingOptions;

/** What a request may ask of a model. */
final class Requests {
  private Requests() {}

  /**
   * Checks the options of a request.
   *
   * @throws InvalidInputException when they name another model or another width
   */
  static void check(@Nullable EmbeddingOptions options, ClipModel model) {
    if (options == null) {
      return;
    }
    if (options.getModel() != null && !options.getModel().equals(model.name())) {
      throw new InvalidInputException(
          "the request names the model "
              + options.getModel()
              + ", but this one is "
              + model.name());
    }
    Integer width = options.getDimensions();
    if (width != null && width != model.embedDim()) {
      throw new InvalidInputException(
          "the request asks for "
              + width
              + " dimensions, but "
              + model.name()
              + " has "
              + model.embedDim());
    }
  }

  /** Returns options that say which model answers. */
  static EmbeddingOptions options(ClipModel model) {
    return EmbeddingOptions.builder().model(model.name()).dimensions(model.embedDim()).build();
  }
}
