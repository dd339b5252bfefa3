package org.openclip.api.encoder;

import org.openclip.api.graph.Flops;

/**
 * The size of a model of sound and text: parameters, input sizes and cost.
 *
 * @param audioParameters the number of trained parameters of the audio tower
 * @param textParameters the number of trained parameters of the text tower
 * @param parameters the number of all trained parameters, including the logit scale and bias
 * @param sampleRate the number of samples of a second
 * @param samples the number of samples of a clip
 * @param contextLength the number of tokens of a text
 * @param embedDim the width of the joint embedding
 * @param audioFlops the cost of one clip, as {@link Flops} counts it
 * @param textFlops the cost of one text of the {@linkplain TextEncoder#measuredLength published
 *     length}
 */
public record ClapSize(
    long audioParameters,
    long textParameters,
    long parameters,
    int sampleRate,
    int samples,
    int contextLength,
    int embedDim,
    long audioFlops,
    long textFlops) {
  /** Returns the length of a clip in seconds. */
  public double seconds() {
    return (double) samples / sampleRate;
  }
}
