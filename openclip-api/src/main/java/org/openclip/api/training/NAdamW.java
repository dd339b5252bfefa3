package org.openclip.api.training;

import java.util.List;
import java.util.Map;
import org.openclip.api.InvalidInputException;
import org.openclip.api.graph.ArithmeticOp.BinaryFunction;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;

/**
 * {@link AdamW} with Nesterov momentum (Dozat 2016), as PyTorch's NAdam with decoupled weight
 * decay: the share of the momentum grows from half of the first beta to the whole.
 *
 * @param beta1 the largest decay of the first moment
 * @param beta2 the decay of the second moment
 * @param epsilon a constant that is added to the divisor
 * @param momentumDecay how fast the momentum's share grows
 */
public record NAdamW(double beta1, double beta2, double epsilon, double momentumDecay)
    implements Optimizer {
  /** The name of one minus the product of the shares so far; the same number everywhere. */
  public static final String SHARES = "mu_rest";

  private static final double BASE = 0.96;

  /** Checks the ranges. */
  public NAdamW {
    if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && epsilon > 0)
        || !(momentumDecay >= 0 && momentumDecay < Double.POSITIVE_INFINITY)) {
      throw new InvalidInputException(
          "NAdamW takes betas of at least 0 and below 1, an epsilon above 0 and a momentum decay of at least 0, not %s, %s, %s, %s"
              .formatted(beta1, beta2, epsilon, momentumDecay));
    }
  }

  @Override
  public List<String> state() {
    return List.of(AdamW.FIRST_MOMENT, AdamW.SECOND_MOMENT, SHARES);
  }

  @Override
  public Change write(GraphBuilder g, Given given) {
    Value gradient = given.gradient();
    Value one = g.constant(1);
    Value first = mix(g, given.state(AdamW.FIRST_MOMENT), gradient, beta1);
    Value second = mix(g, given.state(AdamW.SECOND_MOMENT), g.times(gradient, gradient), beta2);
    Value share = share(g, given.step());
    Value next = share(g, g.plus(given.step(), one));
    Value product = g.times(g.minus(one, given.state(SHARES)), share);
    Value power = g.binary(g.constant(beta2), given.step(), BinaryFunction.POWER);
    Value divisor =
        g.plus(
            g.unary(g.divide(second, g.minus(one, power)), UnaryFunction.SQRT),
            g.constant(epsilon));
    Value now = g.divide(g.times(gradient, g.minus(one, share)), g.minus(one, product));
    Value ahead = g.divide(g.times(first, next), g.minus(one, g.times(product, next)));
    Value shrink = g.times(given.learningRate(), given.weightDecay());
    Value kept = g.minus(given.parameter(), g.times(given.parameter(), shrink));
    Value way = g.divide(g.plus(now, ahead), divisor);
    return new Change(
        g.minus(kept, g.times(way, given.learningRate())),
        Map.of(
            AdamW.FIRST_MOMENT, first, AdamW.SECOND_MOMENT, second, SHARES, g.minus(one, product)));
  }

  /** Returns the share of the momentum in a step. */
  private Value share(GraphBuilder g, Value step) {
    Value exponent = g.times(step, g.constant(momentumDecay));
    Value rest = g.binary(g.constant(BASE), exponent, BinaryFunction.POWER);
    return g.times(g.constant(beta1), g.minus(g.constant(1), g.times(rest, g.constant(0.5))));
  }

  private static Value mix(GraphBuilder g, Value old, Value fresh, double beta) {
    return g.plus(g.times(old, g.constant(beta)), g.times(fresh, g.constant(1 - beta)));
  }
}
