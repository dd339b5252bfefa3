package org.openclip.api.backend;

import org.openclip.api.graph.Graph;
import org.openclip.api.tensor.Weights;

/**
 * The model that a {@link ModelExporter} writes: three graphs over one set of weights.
 *
 * <p>The program {@value ModelExporter#CLASSIFY} has the inputs of both towers and the outputs of
 * {@code scores}, whose two inputs are the towers' features. Both towers use the same symbol for
 * their batch, but in this program the number of images and the number of texts may differ.
 *
 * @param name the name of the model
 * @param image from {@code pixels} to {@code features}
 * @param text from {@code tokens} to {@code features}
 * @param scores from {@code image_features} and {@code text_features} to embeddings of unit length,
 *     logits and probabilities
 * @param weights a tensor for each parameter of the three graphs, in any floating-point type
 * @param precision the precision in which the programs compute
 */
public record ExportableModel(
    String name, Graph image, Graph text, Graph scores, Weights weights, Precision precision) {}
