package org.openclip.models.loss;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;
import org.openclip.api.spi.LossProvider;

/**
 * The pairs of pictures and texts of a batch: the batch's own rows against the same, or against
 * those of all workers.
 *
 * @param g the builder of the graph
 * @param features what the loss is given
 * @param whose what stands before the names of features: nothing for the model's own
 */
record Pairs(GraphBuilder g, Map<String, Value> features, String whose) {
  /** Returns the model's own pairs. */
  static Pairs of(GraphBuilder g, Map<String, Value> features) {
    return new Pairs(g, features, "");
  }

  /** Returns the same pairs as a teacher sees them. */
  Pairs teacher() {
    return new Pairs(g, features, LossProvider.TEACHER);
  }

  /** Returns the logits of each of the batch's pictures with every text. */
  Value perImage() {
    return logits(LossProvider.IMAGE_FEATURES, LossProvider.TEXT_FEATURES);
  }

  /** Returns the logits of each of the batch's texts with every picture. */
  Value perText() {
    return logits(LossProvider.TEXT_FEATURES, LossProvider.IMAGE_FEATURES);
  }

  private Value logits(String own, String others) {
    Value cosines = g.matMulTransposed(need(whose + own), all(whose + others));
    Value logits = g.times(cosines, need(whose + LossProvider.LOGIT_SCALE));
    @Nullable Value bias = features.get(whose + LossProvider.LOGIT_BIAS);
    return bias == null ? logits : g.plus(logits, bias);
  }

  /** Returns for each row of the batch the column of its own partner, {@code int64[batch]}. */
  Value partners() {
    Value rows = g.range(need(LossProvider.IMAGE_FEATURES).shape().dim(0));
    return features.containsKey(LossProvider.ALL + LossProvider.TEXT_FEATURES)
        ? g.plus(rows, need(LossProvider.FIRST_ROW))
        : rows;
  }

  /** Returns the mean cross entropy of rows of logits with each row's right column. */
  Value crossEntropy(Value logits) {
    Value right = g.pick(g.logSoftmax(logits, 1), partners());
    return g.unary(g.reduce(right, Reduction.MEAN, 0), UnaryFunction.NEGATE);
  }

  /** Returns CLIP's loss: the mean cross entropy of pictures to texts and of texts to pictures. */
  Value contrastive() {
    Value sum = g.plus(crossEntropy(perImage()), crossEntropy(perText()));
    return g.times(sum, g.constant(0.5));
  }

  private Value all(String name) {
    Value gathered = features.get(LossProvider.ALL + name);
    return gathered == null ? need(name) : gathered;
  }

  /** Returns a feature by name. */
  Value need(String name) {
    return need(features, name);
  }

  /** Returns a feature by name. */
  static Value need(Map<String, Value> features, String name) {
    Value value = features.get(name);
    if (value == null) {
      throw new InvalidConfigException(
          "loss", "needs the input '" + name + "', but has only " + features.keySet());
    }
    return value;
  }
}
