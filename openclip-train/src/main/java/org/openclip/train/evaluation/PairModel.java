package org.openclip.train.evaluation;

import java.util.Map;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.text.Tokens;

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

  /**
   * Embeds a batch.
   *
   * @param pixels {@code float32[n, 3, height, width]}, NCHW, normalised
   * @param tokens {@code int64[n, contextLength]}
   */
  Seen see(Tensor pixels, Tensor tokens);

  /** Returns the view of a loaded model, which tells no losses. */
  static PairModel of(ClipModel model) {
    return (pixels, tokens) -> {
      int length = Math.toIntExact(tokens.shape()[1]);
      return new Seen(
          model.encodePixels(pixels),
          model.encodeTokens(Tokens.of(length, tokens.toLongs())),
          Map.of());
    };
  }
}
