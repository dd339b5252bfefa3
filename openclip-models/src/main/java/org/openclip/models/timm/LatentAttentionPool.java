package org.openclip.models.timm;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.graph.Value;

/**
 * One learnt query that attends to all patches, with a perceptron behind it: the map pooling of
 * SigLIP (Zhai et al. 2022, arXiv 2106.04560).
 *
 * @param heads the number of attention heads
 * @param hidden the width inside the perceptron
 * @param gelu the perceptron's activation
 * @param epsilon what the layer norm adds to the variance
 */
record LatentAttentionPool(int heads, int hidden, GeluForm gelu, double epsilon) {
  /**
   * Writes the pool.
   *
   * @param sequence {@code [batch, rows, width]}
   * @param mask what is added to the scores, {@code [batch, 1, 1, rows]}, or null
   * @return {@code [batch, width]}
   */
  Value encode(GraphBuilder g, Value sequence, @Nullable Value mask) {
    long width = sequence.shape().size(-1);
    Initializer normal = new Initializer.TruncatedNormal(Math.pow((double) width, -0.5));
    Value latent = g.parameter("latent", normal, 1, 1, width);
    Value query = TransformerBlocks.linear(g, "q", latent, width, true);
    List<Value> parts =
        g.split(TransformerBlocks.linear(g, "kv", sequence, 2 * width, true), -1, 2);
    Value attended =
        g.attention(
            g.broadcast(query, sequence.shape().dim(0), Dim.of(1), Dim.of(width)),
            parts.get(0),
            parts.get(1),
            mask,
            false,
            heads,
            1 / Math.sqrt((double) width / heads));
    Value row = g.select(attended, 1, Dim.of(0));
    Value x = TransformerBlocks.linear(g, "proj", row, width, true);
    GraphBuilder mlp = g.scope("mlp");
    Value inner =
        TransformerBlocks.linear(mlp, "fc1", Layers.layerNorm(g, "norm", x, epsilon), hidden, true);
    return g.plus(x, TransformerBlocks.linear(mlp, "fc2", g.gelu(inner, gelu), width, true));
  }
}
