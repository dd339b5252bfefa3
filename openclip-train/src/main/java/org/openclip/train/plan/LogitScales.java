package org.openclip.train.plan;

import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Shape;
import org.openclip.api.graph.Value;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.ClapArchitecture;
import org.openclip.api.spi.LossProvider;

/**
 * The learnt scale and bias of a model's logits.
 *
 * @param scale the natural logarithm of the scale before training
 * @param bias the bias before training; null for models without one
 * @param vector whether both have the shape {@code [1]}, in the place of {@code []}
 */
record LogitScales(double scale, @Nullable Double bias, boolean vector) {
  static LogitScales of(Architecture architecture) {
    return new LogitScales(
        architecture.config().initLogitScale(),
        architecture.config().initLogitBias(),
        architecture.config().vectorLogitScale());
  }

  static LogitScales of(ClapArchitecture architecture) {
    return new LogitScales(
        architecture.config().initLogitScale(), architecture.config().initLogitBias(), false);
  }

  /** Returns the scale, no longer as a logarithm. */
  Value scale(GraphBuilder graph) {
    return graph.unary(parameter(graph, LossProvider.LOGIT_SCALE, scale), UnaryFunction.EXP);
  }

  /** Returns the bias; null for models without one. */
  @Nullable Value bias(GraphBuilder graph) {
    return bias == null ? null : parameter(graph, LossProvider.LOGIT_BIAS, bias);
  }

  private Value parameter(GraphBuilder graph, String name, double value) {
    Shape shape = vector ? Shape.of(1L) : Shape.SCALAR;
    return graph.parameter(name, new Initializer.Constant(value), shape.sizes());
  }
}
