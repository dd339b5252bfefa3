package org.openclip.models.generative;

import org.openclip.api.config.ConfigReader;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.Value;

/**
 * How patches become rows of the transformer.
 *
 * @param inputNormed whether a patch's numbers pass a layer norm first
 * @param bias whether the projection has a bias
 * @param normed whether projected patches pass a norm
 */
record PatchEmbedding(boolean inputNormed, boolean bias, boolean normed) {
  private static final double INPUT_EPSILON = 1e-5;

  static PatchEmbedding of(ConfigReader reader) {
    return new PatchEmbedding(
        reader.bool("input_norm", false),
        reader.bool("proj_bias", true),
        reader.bool("pre_norm", false));
  }

  Value encode(GraphBuilder g, Value patches, int width, Norms norms) {
    Value x = inputNormed ? Layers.layerNorm(g, "norm_input", patches, INPUT_EPSILON) : patches;
    Value projected =
        Layers.linear(g, "proj", x, width, bias, new Initializer.Normal(GenerativeModel.DEVIATION));
    return normed ? norms.of(g, "norm_pre", projected) : projected;
  }
}
