package org.openclip.api.training;

import org.openclip.api.InvalidInputException;

/**
 * The options that change from step to step.
 *
 * @param step the number of the step, from 1; the optimizer corrects its moments by it
 * @param learningRate the learning rate of the step
 * @param seed the seed of dropout; together with the step it determines every random number
 */
public record StepOptions(long step, double learningRate, long seed) {
  /** Checks that the step is at least 1 and the rate a number. */
  public StepOptions {
    if (step < 1 || !Double.isFinite(learningRate)) {
      throw new InvalidInputException(
          "step "
              + step
              + " with learning rate "
              + learningRate
              + "; steps count from 1, and the rate must be finite");
    }
  }
}
