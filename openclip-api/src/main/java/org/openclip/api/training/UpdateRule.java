package org.openclip.api.training;

import org.openclip.api.InvalidInputException;

/**
 * The update rule of one parameter.
 *
 * @param rate the factor of the learning rate, for layer-wise learning rate decay
 * @param weightDecay the weight decay: the share of the parameter, times the learning rate, that
 *     each step subtracts. Optimizers whose decay is not decoupled add this share to the gradient
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
