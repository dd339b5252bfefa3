package org.openclip.train.evaluation;

import java.util.Map;
import org.openclip.api.model.Embeddings;
import org.openclip.api.tensor.Tensor;

/** A model that can be evaluated on pairs of images and captions. */
public interface PairModel {
  /**
   * A batch as a model sees it.
   *
   * @param images one row for each image
   * @param texts one row for each caption
   * @param losses what the model says of the batch, by the reference's names
   */
  record Seen(Embeddings images, Embeddings texts, Map<String, Double> losses) {
    /** Copies the losses. */
    public Seen {
      losses = Map.copyOf(losses);
    }
  }

  /** Returns what the pairs consist of beside texts, as the names of metrics say it. */
  default String kind() {
    return "image";
  }

  /**
   * Embeds a batch.
   *
   * @param images the inputs of the image tower, by name
   * @param tokens {@code int64[n, contextLength]}
   */
  Seen see(Map<String, Tensor> images, Tensor tokens);

  /**
   * Embeds images.
   *
   * @param images the inputs of the image tower, by name
   */
  Embeddings embed(Map<String, Tensor> images);
}
