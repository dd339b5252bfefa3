/**
 * Defines encoders, which write the graphs of the towers.
 *
 * <p>An {@link org.openclip.api.encoder.ImageEncoder} writes the graph of an image tower, a {@link
 * org.openclip.api.encoder.TextEncoder} that of a text tower, and a {@link
 * org.openclip.api.encoder.MultimodalDecoder} that of a caption decoder. Encoders compute nothing:
 * a backend runs their graphs. The parameters have the names of the reference's state dict, so that
 * checkpoints fit.
 *
 * <pre>{@code
 * record MeanColour(int height, int width, int embedDim) implements ImageEncoder {
 *   @Override
 *   public Encoded encode(GraphBuilder graph, Value pixels) {
 *     Value colour = graph.reduce(pixels, ArithmeticOp.Reduction.MEAN, 2, 3); // [batch, 3]
 *     return new Encoded(Layers.linear(graph, "head", colour, embedDim), null);
 *   }
 * }
 * }</pre>
 */
@NullMarked
package org.openclip.api.encoder;

import org.jspecify.annotations.NullMarked;
