package org.openclip.api.graph;

import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.ArithmeticOp.Relation;
import org.openclip.api.graph.LayoutOp.Gather;
import org.openclip.api.graph.LayoutOp.Slice;
import org.openclip.api.graph.NeuralOp.Attention;

/**
 * Some rows of sequences {@code [batch, rows, …]}: the same few of each, or one of each by its
 * index.
 *
 * @param indices {@code int64[batch]}, a value of the original graph; null for a range
 * @param start the first row of a range
 * @param end the row after the last of a range
 */
record RowSelection(@Nullable Value indices, Dim start, Dim end) {
  /** Returns what a node selects; null when it does not, or selects more than half. */
  static @Nullable RowSelection of(Node node) {
    return switch (node.op()) {
      case Slice slice when slice.axis() == 1 && isShort(slice, node.value()) ->
          new RowSelection(null, slice.start(), slice.end());
      case Gather gather
          when gather.axis() == 1
              && gather.batchAxes() == 1
              && gather.data().shape().rank() == 3
              && gather.indices().shape().rank() == 1 ->
          new RowSelection(gather.indices(), Dim.of(0), Dim.of(1));
      default -> null;
    };
  }

  private static boolean isShort(Slice slice, Value result) {
    Dim all = slice.input().shape().dim(1);
    Dim length = result.shape().dim(1);
    boolean sequence = slice.input().shape().rank() == 3 && length.fixed();
    return sequence && (all.fixed() ? 2 * length.size() <= all.size() : length.size() == 1);
  }

  /** Returns whether attention can be computed for these queries alone. */
  boolean canMask(Attention attention) {
    Value mask = attention.mask();
    boolean shared = mask == null || mask.shape().dim(2).equals(Dim.of(1));
    if (indices != null) {
      return shared;
    }
    // The last query of a causal sequence sees all keys; the mask of others would be a range's.
    Dim queries = attention.query().shape().dim(1);
    return !attention.causal() || (end.equals(queries) && start.plus(1).equals(end));
  }

  /** Returns the selected rows of a sequence of the copy, {@code [batch, selected, …]}. */
  Value select(GraphCopy copy, Value sequence) {
    GraphBuilder g = copy.builder();
    return indices == null
        ? g.slice(sequence, 1, start, end)
        : g.unsqueeze(g.pick(sequence, copy.of(indices)), 1);
  }

  /**
   * Returns the selected rows of a value of the copy that is the same for the whole batch.
   *
   * @param axis the axis of the rows, 0 or 1; in front of it stands at most an axis of size 1
   * @return rows that broadcast to {@code [batch, selected, …]}
   */
  Value selectShared(GraphCopy copy, Value table, int axis) {
    GraphBuilder g = copy.builder();
    if (indices == null) {
      return g.slice(table, axis, start, end);
    }
    Value rows = table;
    if (axis == 1) {
      rows = g.reshape(table, table.shape().without(0).dims().toArray(new Dim[0]));
    }
    return g.unsqueeze(g.gather(rows, copy.of(indices), 0), 1);
  }

  /** Returns the mask of attention for these queries, in the copy; null for none. */
  @Nullable Value mask(GraphCopy copy, Attention attention) {
    GraphBuilder g = copy.builder();
    Value original = attention.mask();
    Value mask = original == null ? null : copy.of(original);
    if (mask != null && indices == null && !mask.shape().dim(2).equals(Dim.of(1))) {
      mask = g.slice(mask, 2, start, end);
    }
    if (indices == null || !attention.causal()) {
      return mask;
    }
    Dim keys = attention.key().shape().dim(1);
    Value number = g.reshape(g.range(keys), Dim.of(1), keys);
    long before = keys.minus(attention.query().shape().dim(1)).size();
    Value own = g.unsqueeze(g.plus(copy.of(indices), g.integer(before)), 1);
    Value seen = g.compare(number, own, Relation.LESS_OR_EQUAL);
    Value hidden = g.choose(seen, g.constant(0), g.constant(Double.NEGATIVE_INFINITY));
    Value causal = g.reshape(hidden, hidden.shape().dim(0), Dim.of(1), Dim.of(1), keys);
    return mask == null ? causal : g.plus(mask, causal);
  }
}
