package org.openclip.api.training;

import org.openclip.api.InvalidInputException;

/**
 * What changes from step to step.
 *
 * @param step the number of the step, from 1; the optimizer corrects its moments by it
 * @param learningRate how far the parameters move
 * @param seed what the randomness of dropout follows from; with the step it decides every draw
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
