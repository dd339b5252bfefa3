package org.openclip.langchain4j;

import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.spi.model.embedding.EmbeddingModelFactory;
import org.openclip.api.InvalidInputException;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.OpenClip;

/**
 * What langchain4j finds when a program names no embedding model: it loads the one that the system
 * properties {@value #MODEL} and {@value #PRETRAINED} name. There is no model for everything, so
 * none is loaded without them.
 */
public final class OpenClipEmbeddingModelFactory implements EmbeddingModelFactory {
  /** The system property with the model's name. */
  public static final String MODEL = "openclip.langchain4j.model";

  /** The system property with the tag or the path of its weights; may be missing. */
  public static final String PRETRAINED = "openclip.langchain4j.pretrained";

  /** Creates a factory, as {@code ServiceLoader} does. */
  public OpenClipEmbeddingModelFactory() {}

  /**
   * Loads the model.
   *
   * @throws InvalidInputException when no property names one
   */
  @Override
  public EmbeddingModel create() {
    String name = System.getProperty(MODEL);
    if (name == null) {
      throw new InvalidInputException(
          "no embedding model is configured; set the system properties "
              + MODEL
              + " and "
              + PRETRAINED
              + " to a CLIP model and its weights, or pass an OpenClipEmbeddingModel");
    }
    ModelBuilder model = OpenClip.model(name);
    String pretrained = System.getProperty(PRETRAINED);
    if (pretrained != null) {
      model.pretrained(pretrained);
    }
    return OpenClipEmbeddingModel.loading(model).build();
  }
}
