package org.openclip.train.naflex;

import java.util.Map;
import java.util.Objects;
import org.openclip.api.model.Architecture;
import org.openclip.api.tensor.Tensor;
import org.openclip.train.plan.ScaledLoss;
import org.openclip.train.run.TrainingLoop;

/**
 * Feeds {@link ScaledLoss#FACTOR}, which follows from the size of the batch.
 *
 * @param scale how
 * @param usual the size of a batch whose factor is 1
 */
public record LossFactor(LossScale scale, int usual) implements TrainingLoop.Extras {
  @Override
  public Map<String, Tensor> of(Map<String, Tensor> batch) {
    long size = Objects.requireNonNull(batch.get(Architecture.TOKENS)).shape()[0];
    return Map.of(ScaledLoss.FACTOR, Tensor.of(new float[] {(float) scale.factor(size, usual)}, 1));
  }
}
