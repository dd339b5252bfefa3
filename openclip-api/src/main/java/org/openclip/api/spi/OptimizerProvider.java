package org.openclip.api.spi;

import java.util.Map;
import org.openclip.api.InvalidInputException;
import org.openclip.api.training.Optimizer;

/** A plugin that adds an optimizer, such as {@code adamw}. */
public interface OptimizerProvider extends Provider {
  /**
   * Creates the optimizer.
   *
   * @param options its hyper-parameters by name, such as {@code beta1}; a missing one has the
   *     optimizer's default
   * @throws InvalidInputException when one is unknown or out of range
   */
  Optimizer create(Map<String, Double> options);
}
