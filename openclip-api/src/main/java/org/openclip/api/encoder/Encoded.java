package org.openclip.api.encoder;

import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.Value;

/**
 * What a tower yields.
 *
 * @param features one vector for each picture or text, {@code [batch, embedDim]}, not normalised
 * @param tokens the sequence behind it, {@code [batch, length, width]}, for a decoder to attend to;
 *     null when the tower has none to offer
 */
public record Encoded(Value features, @Nullable Value tokens) {}
