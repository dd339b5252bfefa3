package org.openclip.api.training;

import java.util.List;
import java.util.Map;
import org.openclip.api.InvalidInputException;
import org.openclip.api.graph.ArithmeticOp.Relation;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;

/**
 * Lion (Chen et al. 2023, arXiv 2302.06675): each element moves by the learning rate in the
 * direction of the sign of an interpolation of momentum and gradient. Lion keeps one tensor for
 * each parameter. It needs a learning rate three to ten times smaller than {@link AdamW}, and a
 * weight decay larger by the same factor.
 *
 * @param beta1 the share of the momentum in the direction
 * @param beta2 the decay of the momentum
 */
public record Lion(double beta1, double beta2) implements Optimizer {
  /** The name of the momentum. */
  public static final String MOMENTUM = "exp_avg";

  /** Checks the ranges. */
  public Lion {
    if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1)) {
      throw new InvalidInputException(
          "Lion takes betas of at least 0 and below 1, not %s and %s".formatted(beta1, beta2));
    }
  }

  @Override
  public List<String> state() {
    return List.of(MOMENTUM);
  }

  @Override
  public Change write(GraphBuilder g, Given given) {
    Value momentum = given.state(MOMENTUM);
    Value direction = sign(g, mix(g, momentum, given.gradient(), beta1));
    Value shrink = g.times(given.learningRate(), given.weightDecay());
    Value kept = g.minus(given.parameter(), g.times(given.parameter(), shrink));
    Value moved = g.minus(kept, g.times(direction, given.learningRate()));
    return new Change(moved, Map.of(MOMENTUM, mix(g, momentum, given.gradient(), beta2)));
  }

  private static Value mix(GraphBuilder g, Value old, Value fresh, double beta) {
    return g.plus(g.times(old, g.constant(beta)), g.times(fresh, g.constant(1 - beta)));
  }

  /** Returns 1, 0 or -1. */
  private static Value sign(GraphBuilder g, Value x) {
    Value zero = g.constant(0);
    Value negative = g.choose(g.compare(x, zero, Relation.LESS), g.constant(-1), zero);
    return g.choose(g.compare(zero, x, Relation.LESS), g.constant(1), negative);
  }
}
