package org.openclip.models.attention;

import org.openclip.api.graph.ArithmeticOp.BinaryFunction;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.ArithmeticOp.Relation;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;

/**
 * The padding mask of a batch of texts.
 *
 * @param valid 1 for tokens and 0 for padding, {@code int64[batch, length]}
 * @param present the same, but 1 for the first position of a text that is all padding, so that
 *     attention and pooling have at least one token
 */
public record Padding(Value valid, Value present) {
  /**
   * Finds the padding of a batch.
   *
   * @param tokens {@code int64[batch, length]}
   * @param padId the id of padding
   */
  public static Padding of(GraphBuilder g, Value tokens, long padId) {
    Value isPad = g.compare(tokens, g.integer(padId), Relation.EQUAL);
    Value valid = g.cast(g.unary(isPad, UnaryFunction.NOT), DataType.INT64);
    Value none = g.compare(g.reduce(valid, Reduction.SUM, true, 1), g.integer(0), Relation.EQUAL);
    Value first = g.compare(g.range(tokens.shape().dim(1)), g.integer(0), Relation.EQUAL);
    Value rescued = g.cast(g.binary(none, first, BinaryFunction.AND), DataType.INT64);
    return new Padding(valid, g.plus(valid, rescued));
  }

  /** Returns the mask that hides padding from attention, {@code float[batch, 1, 1, length]}. */
  public Value keyMask(GraphBuilder g) {
    Value mask = g.choose(absent(g), g.constant(Double.NEGATIVE_INFINITY), g.constant(0));
    return g.reshape(mask, Dim.BATCH, Dim.of(1), Dim.of(1), length());
  }

  /** Returns mean pooling over the tokens, {@code [batch, width]}. */
  public Value mean(GraphBuilder g, Value sequence) {
    Value weight = g.cast(present, DataType.FLOAT32);
    Value sum = g.reduce(g.times(sequence, column(g, weight)), Reduction.SUM, 1);
    return g.divide(sum, g.reduce(weight, Reduction.SUM, true, 1));
  }

  /** Returns max pooling over the tokens, {@code [batch, width]}. */
  public Value max(GraphBuilder g, Value sequence) {
    Value hidden = g.choose(column(g, absent(g)), g.constant(Double.NEGATIVE_INFINITY), sequence);
    return g.reduce(hidden, Reduction.MAX, 1);
  }

  /** Returns the number of ids before the padding of a text, at least 1. */
  public static int length(long[] tokens, long padId) {
    int end = tokens.length;
    while (end > 1 && tokens[end - 1] == padId) {
      end--;
    }
    return end;
  }

  private Value absent(GraphBuilder g) {
    return g.compare(present, g.integer(0), Relation.EQUAL);
  }

  private Value column(GraphBuilder g, Value perToken) {
    return g.reshape(perToken, Dim.BATCH, length(), Dim.of(1));
  }

  private Dim length() {
    return present.shape().dim(1);
  }
}
