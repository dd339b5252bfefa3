package org.openclip.train.generative;

import java.util.Map;
import java.util.Objects;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.ArithmeticOp.Relation;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;
import org.openclip.api.model.GenerativeArchitecture;
import org.openclip.api.spi.LossProvider;
import org.openclip.api.tensor.DataType;

/**
 * The loss of generative models: the mean over all tokens of a batch, without padding, of the
 * negative logarithm of the token's probability.
 *
 * @param padId the id of padding
 */
record CaptionLoss(long padId) implements LossProvider {
  private static final String CAPTION_LOSS = "caption_loss";

  @Override
  public String name() {
    return "caption";
  }

  /**
   * Writes the loss of {@link GenerativeArchitecture#LOG_LIKELIHOODS} and {@link
   * LossProvider#TOKENS}, of which a text's padding is behind it.
   */
  @Override
  public Map<String, Value> write(
      GraphBuilder g, Map<String, Value> features, Map<String, Object> options) {
    Value likelihoods =
        Objects.requireNonNull(features.get(GenerativeArchitecture.LOG_LIKELIHOODS));
    Value tokens = Objects.requireNonNull(features.get(TOKENS));
    Value isPad = g.compare(tokens, g.integer(padId), Relation.EQUAL);
    Value lengths =
        g.reduce(g.cast(g.unary(isPad, UnaryFunction.NOT), DataType.INT64), Reduction.SUM, true, 1);
    Dim length = tokens.shape().dim(1);
    Value number = g.reshape(g.range(length), Dim.of(1), length);
    Value counted = g.compare(number, lengths, Relation.LESS);
    Value sum = g.reduce(g.choose(counted, likelihoods, g.constant(0)), Reduction.SUM, 0, 1);
    Value count = g.cast(g.reduce(lengths, Reduction.SUM, 0, 1), DataType.FLOAT32);
    Value mean = g.divide(sum, g.clamp(count, 1, Double.POSITIVE_INFINITY));
    Value loss = g.unary(mean, UnaryFunction.NEGATE);
    return Map.of(CAPTION_LOSS, loss, LOSS, loss);
  }
}
