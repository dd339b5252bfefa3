package org.openclip.api.encoder;

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
 */
public record ModelSize(
    long imageParameters,
    long textParameters,
    long parameters,
    int height,
    int width,
    int contextLength,
    int embedDim) {}
