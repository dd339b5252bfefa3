package org.openclip.api.encoder;

import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.Value;

/**
 * The output of a tower.
 *
 * @param features one embedding for each image or text, {@code [batch, embedDim]}, not normalised
 * @param tokens the token sequence {@code [batch, length, width]} that a decoder attends to; null
 *     when the tower has none
 */
public record Encoded(Value features, @Nullable Value tokens) {}
