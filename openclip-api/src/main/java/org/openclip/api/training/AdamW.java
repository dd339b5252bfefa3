package org.openclip.api.training;

import java.util.List;
import java.util.Map;
import org.openclip.api.InvalidInputException;
import org.openclip.api.graph.ArithmeticOp.BinaryFunction;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019, arXiv 1711.05101), as PyTorch
 * computes it: the decay comes first, and epsilon is added to the root of the corrected second
 * moment.
 *
 * @param beta1 the decay of the first moment
 * @param beta2 the decay of the second moment
 * @param epsilon a constant that is added to the divisor
 */
public record AdamW(double beta1, double beta2, double epsilon) implements Optimizer {
  /** The name of the running mean of gradients. */
  public static final String FIRST_MOMENT = "exp_avg";

  /** The name of the running mean of squared gradients. */
  public static final String SECOND_MOMENT = "exp_avg_sq";

  /** Checks the ranges. */
  public AdamW {
    if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && epsilon > 0)) {
      throw new InvalidInputException(
          "AdamW takes betas of at least 0 and below 1, and an epsilon above 0, not %s, %s, %s"
              .formatted(beta1, beta2, epsilon));
    }
  }

  @Override
  public List<String> state() {
    return List.of(FIRST_MOMENT, SECOND_MOMENT);
  }

  @Override
  public Change write(GraphBuilder g, Given given) {
    Value first = mix(g, given.state(FIRST_MOMENT), given.gradient(), beta1);
    Value square = g.times(given.gradient(), given.gradient());
    Value second = mix(g, given.state(SECOND_MOMENT), square, beta2);
    Value shrink = g.times(given.learningRate(), given.weightDecay());
    Value kept = g.minus(given.parameter(), g.times(given.parameter(), shrink));
    Value root = g.unary(second, UnaryFunction.SQRT);
    Value correction = g.unary(correction(g, beta2, given.step()), UnaryFunction.SQRT);
    Value divisor = g.plus(g.divide(root, correction), g.constant(epsilon));
    Value rate = g.divide(given.learningRate(), correction(g, beta1, given.step()));
    Value moved = g.minus(kept, g.times(rate, g.divide(first, divisor)));
    return new Change(moved, Map.of(FIRST_MOMENT, first, SECOND_MOMENT, second));
  }

  private static Value mix(GraphBuilder g, Value old, Value fresh, double beta) {
    return g.plus(g.times(old, g.constant(beta)), g.times(fresh, g.constant(1 - beta)));
  }

  /** Returns {@code 1 - betaᵗ}. */
  private static Value correction(GraphBuilder g, double beta, Value step) {
    return g.minus(g.constant(1), g.binary(g.constant(beta), step, BinaryFunction.POWER));
  }
}
