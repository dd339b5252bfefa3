package org.openclip.api.encoder;

import org.openclip.api.graph.Flops;

/**
 * The size of a model: parameters, input sizes and cost.
 *
 * @param imageParameters the number of trained parameters of the image tower
 * @param textParameters the number of trained parameters of the text tower
 * @param parameters the number of all trained parameters, including the logit scale and bias and a
 *     decoder
 * @param height the height of the input images, in pixels
 * @param width the width of the input images, in pixels
 * @param contextLength the number of tokens of a text
 * @param embedDim the width of the joint embedding
 * @param imageFlops the cost of one image, as {@link Flops} counts it
 * @param textFlops the cost of one text of the {@linkplain TextEncoder#measuredLength published
 *     length}
 * @param decoderFlops the additional cost of decoding the text as a caption; 0 without a decoder
 */
public record ModelSize(
    long imageParameters,
    long textParameters,
    long parameters,
    int height,
    int width,
    int contextLength,
    int embedDim,
    long imageFlops,
    long textFlops,
    long decoderFlops) {
  /** Returns the cost of one image, one text and its decoding. */
  public long flops() {
    return imageFlops + textFlops + decoderFlops;
  }
}
