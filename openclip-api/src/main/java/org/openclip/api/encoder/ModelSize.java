package org.openclip.api.encoder;

import org.openclip.api.graph.LeafOp.Parameter;

/**
 * How large a model is, for lists of models.
 *
 * @param imageParameters the trained numbers of the image tower
 * @param textParameters the trained numbers of the text tower
 * @param parameters all trained numbers, those of the logits included
 * @param height of the pictures that enter, in pixels
 * @param width of the pictures that enter, in pixels
 * @param contextLength the number of tokens of a text
 * @param embedDim the width of the joint embedding
 */
public record ModelSize(
    long imageParameters,
    long textParameters,
    long parameters,
    int height,
    int width,
    int contextLength,
    int embedDim) {
  /** Measures a model on paper. */
  public static ModelSize of(Architecture architecture) {
    long image = 0;
    long text = 0;
    long all = 0;
    for (Parameter parameter : architecture.parameters().values()) {
      long count = parameter.trained() ? parameter.shape().count().size() : 0;
      all += count;
      if (parameter.name().startsWith("visual.")) {
        image += count;
      } else if (!parameter.name().startsWith("logit_")) {
        text += count;
      }
    }
    return new ModelSize(
        image,
        text,
        all,
        architecture.imageEncoder().height(),
        architecture.imageEncoder().width(),
        architecture.textEncoder().contextLength(),
        architecture.config().embedDim());
  }
}
