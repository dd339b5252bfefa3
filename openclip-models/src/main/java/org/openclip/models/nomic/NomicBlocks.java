package org.openclip.models.nomic;

import java.util.List;
import java.util.function.UnaryOperator;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.Value;

/**
 * The parts of a block of Nomic's image tower: EVA-02's (Fang et al. 2023, arXiv 2303.11331) under
 * the names of NomicBERT.
 *
 * @param width the width of the sequence
 * @param heads the number of attention heads
 * @param hidden the width inside the perceptron
 */
record NomicBlocks(int width, int heads, int hidden) {
  /** What the norm inside the perceptron adds to the variance, whatever the other norms do. */
  private static final double INNER_EPSILON = 1e-5;

  /** A linear layer as the tower's are drawn. */
  static Value linear(GraphBuilder g, String name, Value x, long out) {
    return Layers.linear(g, name, x, out, true, new Initializer.Normal(0.02));
  }

  /** Writes attention for {@code [batch, rows, width]}, whose queries and keys are turned. */
  Value attention(GraphBuilder g, Value x, UnaryOperator<Value> turned) {
    List<Value> parts = g.split(linear(g, "Wqkv", x, 3L * width), -1, 3);
    Value context = attend(g, turned.apply(parts.get(0)), turned.apply(parts.get(1)), parts.get(2));
    return linear(g, "out_proj", context, width);
  }

  /** Writes the scaled product of queries and keys, applied to the values. */
  Value attend(GraphBuilder g, Value queries, Value keys, Value values) {
    double scale = 1 / Math.sqrt((double) width / heads);
    return g.attention(queries, keys, values, null, false, heads, scale);
  }

  /**
   * Writes a SwiGLU (Shazeer 2020, arXiv 2002.05202).
   *
   * @param normed whether a layer norm follows the gate
   */
  Value perceptron(GraphBuilder g, Value x, boolean normed) {
    Value gate = g.unary(linear(g, "fc12", x, hidden), UnaryFunction.SILU);
    Value inner = g.times(linear(g, "fc11", x, hidden), gate);
    return linear(
        g, "fc2", normed ? Layers.layerNorm(g, "norm", inner, INNER_EPSILON) : inner, width);
  }
}
