package org.openclip.api.backend;

import org.openclip.api.graph.Graph;
import org.openclip.api.tensor.Weights;

/**
 * What a {@link ModelExporter} writes: three graphs over one set of weights.
 *
 * <p>The program {@value ModelExporter#CLASSIFY} has the inputs of both towers and the outputs of
 * {@code scores}, whose two inputs are the towers' features. Both towers call their batch by the
 * same symbol, yet where they stand in one program, the numbers of pictures and of texts differ.
 *
 * @param name what the model is called
 * @param image from {@code pixels} to {@code features}
 * @param text from {@code tokens} to {@code features}
 * @param scores from {@code image_features} and {@code text_features} to embeddings of unit length,
 *     logits and probabilities
 * @param weights a tensor for each parameter of the three graphs, in any floating-point type
 * @param precision the type of the numbers in which the programs compute
 */
public record ExportableModel(
    String name, Graph image, Graph text, Graph scores, Weights weights, Precision precision) {}
