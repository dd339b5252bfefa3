package org.openclip.api.training;

import java.util.Map;

/**
 * The result of a training step.
 *
 * @param scalars the objective's outputs by name, {@link TrainingPlan#LOSS} among them, before the
 *     parameters changed; in a distributed training, the mean over all processes. If the loss is
 *     not finite, the parameters were not changed
 * @param own the same for this process' part of the batch only, in a distributed training;
 *     otherwise equal to {@code scalars}
 * @param gradientNorm the norm of all gradients together, before clipping; NaN when the plan has no
 *     gradient clipping, because then the norm is not computed
 */
public record StepReport(
    Map<String, Double> scalars, Map<String, Double> own, double gradientNorm) {
  /** Creates a report of a single process. */
  public StepReport(Map<String, Double> scalars, double gradientNorm) {
    this(scalars, scalars, gradientNorm);
  }

  /** Copies the maps. */
  public StepReport {
    scalars = Map.copyOf(scalars);
    own = Map.copyOf(own);
  }

  /** Returns the loss. */
  public double loss() {
    return scalars.getOrDefault(TrainingPlan.LOSS, Double.NaN);
  }
}
