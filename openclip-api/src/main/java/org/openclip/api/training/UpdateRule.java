package org.openclip.api.training;

import org.openclip.api.InvalidInputException;

/**
 * How one parameter is trained.
 *
 * @param rate the factor of the step's learning rate, as layer-wise decay sets it
 * @param weightDecay the share of the parameter, times the learning rate, that each step takes
 *     away; optimizers whose decay is not decoupled add that share to the gradient
 */
public record UpdateRule(double rate, double weightDecay) {
  /** Checks that both are finite and not negative. */
  public UpdateRule {
    if (!(rate >= 0 && weightDecay >= 0 && rate + weightDecay < Double.POSITIVE_INFINITY)) {
      throw new InvalidInputException(
          "rate "
              + rate
              + " and weight decay "
              + weightDecay
              + " of a parameter must be finite and at least 0");
    }
  }
}
