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

/**
 * SigLIP's sigmoid loss (Zhai et al. 2023, arXiv 2303.15343): each pair of an image and a text is
 * classified independently as matching or not. The sum over all pairs is divided by the batch size.
 * Pairs of equal texts, if the texts have {@linkplain LossProvider#TEXT_KEYS keys}, are left out.
 */
public final class SiglipLossProvider implements LossProvider {
  /** Creates the provider. */
  public SiglipLossProvider() {}

  @Override
  public String name() {
    return "siglip";
  }

  @Override
  public Map<String, Value> write(
      GraphBuilder graph, Map<String, Value> features, Map<String, Object> options) {
    new ConfigReader("loss", options).finish();
    GraphBuilder g = graph;
    Pairs pairs = Pairs.of(g, features);
    Value logits = pairs.perImage();
    Dim batch = logits.shape().dim(0);
    Value columns = g.reshape(g.range(logits.shape().dim(1)), Dim.of(1), logits.shape().dim(1));
    Value partners = g.reshape(pairs.partners(), batch, Dim.of(1));
    Value together = g.compare(columns, partners, Relation.EQUAL);
    Value sign = g.choose(together, g.constant(1), g.constant(-1));
    Value likelihood = g.unary(g.times(logits, sign), UnaryFunction.LOG_SIGMOID);
    Value hidden = pairs.falseNegatives();
    Value counted = hidden == null ? likelihood : g.choose(hidden, g.constant(0), likelihood);
    Value perPicture = g.reduce(counted, Reduction.SUM, 1);
    Value loss = g.unary(g.reduce(perPicture, Reduction.MEAN, 0), UnaryFunction.NEGATE);
    return Map.of("contrastive_loss", loss, LOSS, loss);
  }
}
