package org.openclip.models.generative;

import org.openclip.api.encoder.GenerativeEncoder.Patches;
import org.openclip.api.graph.ArithmeticOp.BinaryFunction;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.ArithmeticOp.Relation;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.LayoutOp;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;

/**
 * The layout of sequences of patches and the text behind them: the patches of an image or a sound,
 * the tokens of its text, and padding, without a gap between them ({@code pack_prefix} of the
 * reference).
 *
 * @param patches how many patches a sequence has, {@code int64[batch, 1]}
 * @param tokens how many tokens a sequence has, {@code int64[batch, 1]}
 * @param valid where there is a patch, {@code bool[batch, places]}
 * @param numbers the number of each token in its text, {@code int64[batch, places]}; 0 elsewhere
 * @param isToken where there is a token, {@code bool[batch, places]}
 */
record PackedSequence(Value patches, Value tokens, Value valid, Value numbers, Value isToken) {
  static PackedSequence of(GraphBuilder g, Patches in, Value tokens, long padId) {
    Value isPad = g.compare(tokens, g.integer(padId), Relation.EQUAL);
    Value patches = count(g, in.valid());
    Value texts = count(g, g.unary(isPad, UnaryFunction.NOT));
    Value behind = g.minus(row(g, in.valid().shape().dim(1)), patches);
    Value isToken =
        g.binary(
            g.compare(g.integer(0), behind, Relation.LESS_OR_EQUAL),
            g.compare(behind, texts, Relation.LESS),
            BinaryFunction.AND);
    Value numbers = g.choose(isToken, behind, g.integer(0));
    return new PackedSequence(patches, texts, in.valid(), numbers, isToken);
  }

  private static Value count(GraphBuilder g, Value truth) {
    return g.reduce(g.cast(truth, DataType.INT64), Reduction.SUM, true, 1);
  }

  private static Value row(GraphBuilder g, Dim length) {
    return g.reshape(g.range(length), Dim.of(1), length);
  }

  private Dim places() {
    return valid.shape().dim(1);
  }

  /** Returns the ids of tokens at their places, and of the first token at the places of others. */
  Value ids(GraphBuilder g, Value texts) {
    return g.add(new LayoutOp.Gather(texts, numbers, 1, 1));
  }

  /**
   * Returns the mask of the attention, {@code float[batch, 1, places, places]}: patches are seen by
   * all, tokens by themselves and those after them, and padding by none.
   */
  Value mask(GraphBuilder g) {
    Value query = g.reshape(g.range(places()), Dim.of(1), places(), Dim.of(1));
    Value key = g.reshape(g.range(places()), Dim.of(1), Dim.of(1), places());
    Value before = g.compare(key, query, Relation.LESS_OR_EQUAL);
    Value token = g.binary(g.unsqueeze(isToken, 1), before, BinaryFunction.AND);
    Value seen = g.binary(g.unsqueeze(valid, 1), token, BinaryFunction.OR);
    Value mask = g.choose(seen, g.constant(0), g.constant(Double.NEGATIVE_INFINITY));
    return g.unsqueeze(mask, 1);
  }

  /**
   * Returns the place that each token is predicted from, {@code int64[batch, length]}: the one
   * before it.
   */
  Value predictors(GraphBuilder g, Dim length) {
    Value number = row(g, length);
    Value there = g.compare(number, tokens, Relation.LESS);
    Value before = g.minus(g.plus(patches, number), g.integer(1));
    return g.choose(there, before, g.integer(0));
  }
}
