package org.openclip.models.attention;

import java.util.List;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.LayoutOp;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;

/**
 * Which tokens of a batch of patch lists are patches, and not what fills up a shorter list.
 *
 * @param valid {@code bool[batch, length]}
 */
public record ValidPatches(Value valid) {
  /**
   * Returns the mask that hides the others from attention, {@code float[batch, 1, 1, before +
   * length]}.
   *
   * @param before how many tokens before the patches are seen by all
   */
  public Value keyMask(GraphBuilder g, int before) {
    Value shown = g.choose(valid, g.constant(0), g.constant(Double.NEGATIVE_INFINITY));
    Value mask = padded(g, shown, before, 0);
    return g.reshape(mask, mask.shape().dim(0), Dim.of(1), Dim.of(1), mask.shape().dim(1));
  }

  /**
   * Returns the mean of the patches, and of the tokens before them, {@code [batch, width]}.
   *
   * @param rows {@code [batch, before + length, width]}
   */
  public Value mean(GraphBuilder g, Value rows, int before) {
    Value counted = padded(g, g.cast(valid, DataType.FLOAT32), before, 1);
    Value column = g.unsqueeze(counted, 2);
    Value sum = g.reduce(g.times(rows, column), Reduction.SUM, 1);
    return g.divide(sum, g.clamp(g.reduce(column, Reduction.SUM, 1), 1, Double.POSITIVE_INFINITY));
  }

  private static Value padded(GraphBuilder g, Value value, int before, double number) {
    return before == 0
        ? value
        : g.add(new LayoutOp.Pad(value, List.of(0, before), List.of(0, 0), number));
  }
}
