package org.openclip.api.graph;

import org.jspecify.annotations.Nullable;

/**
 * The attention of one query per sequence to keys and values that stay the same from step to step.
 * They are kept in the layout in which the two products read them; an attention kernel would
 * reorder them in every step.
 *
 * @param heads the number of heads
 * @param scale the factor of the scores
 */
record KeptAttention(int heads, double scale) {
  /**
   * Returns keys as the product with a query reads them.
   *
   * @param keys {@code [batch, places, heads * width]}
   * @return {@code [batch, heads, width, places]}
   */
  Value keys(GraphBuilder g, Value keys) {
    return g.transpose(split(g, keys, heads), 0, 2, 3, 1);
  }

  /**
   * Returns values as the product with weights reads them.
   *
   * @param values {@code [batch, places, heads * width]}
   * @return {@code [batch, heads, places, width]}
   */
  Value values(GraphBuilder g, Value values) {
    return g.transpose(split(g, values, heads), 0, 2, 1, 3);
  }

  /**
   * Returns a sequence with its heads on an axis of their own.
   *
   * @param sequence {@code [batch, places, heads * width]}
   * @return {@code [batch, places, heads, width]}
   */
  static Value split(GraphBuilder g, Value sequence, int heads) {
    Shape shape = sequence.shape();
    return g.reshape(
        sequence, shape.dim(0), shape.dim(1), Dim.of(heads), Dim.of(shape.size(2) / heads));
  }

  /**
   * Attends.
   *
   * @param query {@code [batch, 1, heads * width]}
   * @param keys what {@link #keys} returns
   * @param values what {@link #values} returns
   * @param mask {@code [1 or batch, 1 or heads, 1, places]}, added to the scores; null for none
   * @return {@code [batch, 1, heads * valueWidth]}
   */
  Value attend(GraphBuilder g, Value query, Value keys, Value values, @Nullable Value mask) {
    Dim batch = query.shape().dim(0);
    Dim one = Dim.of(1);
    Dim count = Dim.of(heads);
    Value scaled = g.times(query, g.constant(scale));
    // With a single row, the heads need not be moved before it.
    Value rows = g.reshape(scaled, batch, count, one, Dim.of(query.shape().size(2) / heads));
    Value scores = g.matMul(rows, keys);
    Value weights = g.softmax(mask == null ? scores : g.plus(scores, mask), -1);
    Value mixed = g.matMul(weights, values);
    return g.reshape(mixed, batch, one, Dim.of(heads * values.shape().size(3)));
  }
}
