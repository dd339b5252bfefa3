package org.openclip.api.training;

import java.util.Map;

/**
 * What came of a step.
 *
 * @param scalars the objective's outputs by name, {@link TrainingPlan#LOSS} among them, before the
 *     parameters changed. When the loss is not finite, nothing was changed
 * @param gradientNorm the length of all gradients together, before clipping; NaN when the plan sets
 *     no bound, since then nobody computes it
 */
public record StepReport(Map<String, Double> scalars, double gradientNorm) {
  /** Copies the map. */
  public StepReport {
    scalars = Map.copyOf(scalars);
  }

  /** Returns the value that is minimised. */
  public double loss() {
    return scalars.getOrDefault(TrainingPlan.LOSS, Double.NaN);
  }
}
