package org.openclip.api.encoder;

import org.openclip.api.graph.Flops;

/**
 * How large a model is, for lists of models.
 *
 * @param imageParameters the trained numbers of the image tower
 * @param textParameters the trained numbers of the text tower
 * @param parameters all trained numbers, those of the logits and of a decoder included
 * @param height of the pictures that enter, in pixels
 * @param width of the pictures that enter, in pixels
 * @param contextLength the number of tokens of a text
 * @param embedDim the width of the joint embedding
 * @param imageFlops the cost of one picture, as {@link Flops} counts
 * @param textFlops the cost of one text of the {@linkplain TextEncoder#measuredLength published
 *     length}
 * @param decoderFlops what the decoding of the text as a caption costs beside that; 0 without a
 *     decoder
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
  /** Returns the cost of one picture, one text and its decoding. */
  public long flops() {
    return imageFlops + textFlops + decoderFlops;
  }
}
