package org.openclip.models.loss;

import java.util.Map;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.ArithmeticOp.Relation;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;
import org.openclip.api.spi.LossProvider;
import org.openclip.api.tensor.DataType;

/**
 * CoCa's loss (Yu et al. 2022, arXiv 2205.01917): CLIP's loss, and the cross-entropy of the
 * decoder's prediction for each token of a caption. Padding is ignored.
 *
 * <p>Options: {@code caption_loss_weight} (2), {@code clip_loss_weight} (1), {@code pad_id} (0).
 * The length of the captions must be known before the program runs.
 */
public final class CocaLossProvider implements LossProvider {
  /** Creates the provider. */
  public CocaLossProvider() {}

  @Override
  public String name() {
    return "coca";
  }

  @Override
  public Map<String, Value> write(
      GraphBuilder graph, Map<String, Value> features, Map<String, Object> options) {
    ConfigReader reader = new ConfigReader("loss", options);
    double captionWeight = reader.number("caption_loss_weight", 2);
    double clipWeight = reader.number("clip_loss_weight", 1);
    int padId = reader.integer("pad_id", 0);
    reader.finish();
    Value contrastive =
        clipWeight == 0
            ? graph.constant(0)
            : graph.times(Pairs.of(graph, features).contrastive(), graph.constant(clipWeight));
    Value caption = graph.times(captions(graph, features, padId), graph.constant(captionWeight));
    return Map.of(
        "contrastive_loss",
        contrastive,
        "caption_loss",
        caption,
        LOSS,
        graph.plus(contrastive, caption));
  }

  /** Returns the mean cross entropy of all tokens but the first and the padding. */
  private static Value captions(GraphBuilder g, Map<String, Value> features, long padId) {
    Value logits = Pairs.need(features, CAPTION_LOGITS);
    Value tokens = Pairs.need(features, TOKENS);
    Dim last = tokens.shape().dim(1).plus(-1);
    Dim count = tokens.shape().dim(0).times(last);
    Value expected = g.slice(logits, 1, Dim.of(0), last);
    Value rows = g.reshape(expected, count, logits.shape().dim(2));
    Value labels = g.reshape(g.slice(tokens, 1, Dim.of(1), last.plus(1)), count);
    Value isPad = g.compare(labels, g.integer(padId), Relation.EQUAL);
    Value counts = g.cast(g.unary(isPad, UnaryFunction.NOT), DataType.FLOAT32);
    Value right = g.times(g.pick(g.logSoftmax(rows, 1), labels), counts);
    Value mean = g.divide(g.reduce(right, Reduction.SUM, 0), g.reduce(counts, Reduction.SUM, 0));
    return g.unary(mean, UnaryFunction.NEGATE);
  }
}
