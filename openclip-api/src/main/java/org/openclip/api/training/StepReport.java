package org.openclip.api.training;

import java.util.Map;

/**
 * What came of a step.
 *
 * @param scalars the objective's outputs by name, {@link TrainingPlan#LOSS} among them, before the
 *     parameters changed; the mean of all processes where several train together. When the loss is
 *     not finite, nothing was changed
 * @param own the same of this process' part of the batch alone, where several train together; else
 *     they are equal
 * @param gradientNorm the length of all gradients together, before clipping; NaN when the plan sets
 *     no bound, since then nobody computes it
 */
public record StepReport(
    Map<String, Double> scalars, Map<String, Double> own, double gradientNorm) {
  /** Creates a report of a process that trains alone. */
  public StepReport(Map<String, Double> scalars, double gradientNorm) {
    this(scalars, scalars, gradientNorm);
  }

  /** Copies the maps. */
  public StepReport {
    scalars = Map.copyOf(scalars);
    own = Map.copyOf(own);
  }

  /** Returns the value that is minimised. */
  public double loss() {
    return scalars.getOrDefault(TrainingPlan.LOSS, Double.NaN);
  }
}
