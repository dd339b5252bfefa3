package org.openclip.api.graph;

import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.NeuralOp.Attention;

/**
 * The weights with which attention mixes its values: {@code softmax(scale · query · keyᵀ + mask)}.
 *
 * @param attention of the original graph
 * @param copy of that graph
 */
record AttentionWeights(Attention attention, GraphCopy copy) {
  /** Returns the weights of one query, {@code [batch, heads, keys]}. */
  Value of(int query) {
    GraphBuilder g = copy.builder();
    Value all = copy.of(attention.query());
    Value mask = attention.mask();
    Value own = mask == null ? null : copy.of(mask);
    if (own != null && !own.shape().dim(2).equals(Dim.of(1))) {
      own = g.slice(own, 2, query, query + 1);
    }
    Value weights = weights(g.slice(all, 1, query, query + 1), own);
    return g.select(weights, 2, Dim.of(0));
  }

  /**
   * Returns the mean of the weights of queries, {@code [batch, heads, keys]}.
   *
   * @param first the number of the first query
   */
  Value mean(int first) {
    GraphBuilder g = copy.builder();
    Value mask = attention.mask();
    Value weights = weights(copy.of(attention.query()), mask == null ? null : copy.of(mask));
    Value some = g.slice(weights, 2, Dim.of(first), weights.shape().dim(2));
    return g.reduce(some, Reduction.MEAN, 2);
  }

  private Value weights(Value query, @Nullable Value mask) {
    GraphBuilder g = copy.builder();
    Value scores = g.matMulTransposed(heads(query), heads(copy.of(attention.key())));
    Value scaled = g.times(scores, g.constant(attention.scale()));
    return g.softmax(mask == null ? scaled : g.plus(scaled, mask), -1);
  }

  /** Returns {@code [batch, heads, rows, headWidth]}. */
  private Value heads(Value sequence) {
    GraphBuilder g = copy.builder();
    return g.transpose(KeptAttention.split(g, sequence, attention.heads()), 0, 2, 1, 3);
  }
}
