package org.openclip.api.training;

import java.util.List;
import java.util.Map;
import org.openclip.api.InvalidInputException;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;

/**
 * Stochastic gradient descent with momentum (Sutskever et al. 2013), as PyTorch computes it: the
 * learning rate is applied to the momentum and is not part of it.
 *
 * @param momentum the decay of the momentum from step to step; with 0 there is no momentum and no
 *     state tensor
 * @param nesterov whether to use Nesterov momentum
 * @param decoupled whether the weight decay is subtracted from the parameter directly (Loshchilov
 *     and Hutter 2019, arXiv 1711.05101); otherwise it is added to the gradient and becomes part of
 *     the momentum
 */
public record Sgd(double momentum, boolean nesterov, boolean decoupled) implements Optimizer {
  /** The name of the running sum of gradients. */
  public static final String MOMENTUM = "momentum_buffer";

  /** Checks the ranges. */
  public Sgd {
    if (!(momentum >= 0 && momentum < 1)) {
      throw new InvalidInputException(
          "SGD takes a momentum of at least 0 and below 1, not " + momentum);
    }
    if (nesterov && momentum == 0) {
      throw new InvalidInputException("Nesterov's SGD needs a momentum above 0");
    }
  }

  @Override
  public List<String> state() {
    return momentum == 0 ? List.of() : List.of(MOMENTUM);
  }

  @Override
  public Change write(GraphBuilder g, Given given) {
    Value decay = g.times(given.parameter(), given.weightDecay());
    Value gradient = decoupled ? given.gradient() : g.plus(given.gradient(), decay);
    Value kept =
        decoupled
            ? g.minus(given.parameter(), g.times(decay, given.learningRate()))
            : given.parameter();
    if (momentum == 0) {
      return new Change(g.minus(kept, g.times(gradient, given.learningRate())), Map.of());
    }
    Value share = g.constant(momentum);
    Value sum = g.plus(g.times(given.state(MOMENTUM), share), gradient);
    Value direction = nesterov ? g.plus(gradient, g.times(sum, share)) : sum;
    Value moved = g.minus(kept, g.times(direction, given.learningRate()));
    return new Change(moved, Map.of(MOMENTUM, sum));
  }
}
