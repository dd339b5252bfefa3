package org.openclip.models.clip;

import java.util.List;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.Value;

/**
 * Learnt queries that attend to a sequence and so sum it up (CoCa, Yu et al. 2022, arXiv
 * 2205.01917).
 *
 * @param queries how many
 * @param heads the number of attention heads
 * @param width the width of the queries and of the result
 */
record AttentionalPooler(int queries, int heads, int width) {
  /**
   * Writes the pooler.
   *
   * @param sequence {@code [batch, length, context]}
   * @return {@code [batch, queries, width]}
   */
  Value encode(GraphBuilder g, Value sequence) {
    long context = sequence.shape().size(-1);
    Value x = Layers.layerNorm(g, "ln_k", sequence, BlockConfig.EPSILON);
    Value query = g.parameter("query", new Initializer.Normal(1), queries, width);
    Value q = Layers.layerNorm(g, "ln_q", query, BlockConfig.EPSILON);
    GraphBuilder attn = g.scope("attn");
    List<Value> weights = projections(attn, context);
    List<Value> biases =
        g.split(attn.parameter("in_proj_bias", Initializer.ZEROS, 3L * width), 0, 3);
    Value projected = g.linear(q, weights.get(0), biases.get(0));
    Value attended =
        g.attention(
            g.broadcast(projected, x.shape().dim(0), Dim.of(queries), Dim.of(width)),
            g.linear(x, weights.get(1), biases.get(1)),
            g.linear(x, weights.get(2), biases.get(2)),
            null,
            false,
            heads,
            1 / Math.sqrt((double) width / heads));
    GraphBuilder out = attn.scope("out_proj");
    return g.linear(
        attended,
        out.parameter("weight", Layers.uniform(width), width, width),
        out.parameter("bias", Initializer.ZEROS, width));
  }

  /** One matrix for all three where the widths are the same, as PyTorch stores it, else three. */
  private List<Value> projections(GraphBuilder attn, long context) {
    if (context == width) {
      return attn.split(
          attn.parameter("in_proj_weight", xavier(3L * width, width), 3L * width, width), 0, 3);
    }
    return List.of(
        attn.parameter("q_proj_weight", xavier(width, width), width, width),
        attn.parameter("k_proj_weight", xavier(width, context), width, context),
        attn.parameter("v_proj_weight", xavier(width, context), width, context));
  }

  private static Initializer xavier(long out, long in) {
    return new Initializer.Uniform(Math.sqrt(6.0 / (out + in)));
  }
}
