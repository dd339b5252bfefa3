package org.openclip.models.optimizer;

import java.util.Map;
import org.openclip.api.spi.OptimizerProvider;
import org.openclip.api.training.Lion;
import org.openclip.api.training.Optimizer;

/** Provides {@link Lion} with {@code beta1} (0.9) and {@code beta2} (0.99), as in the paper. */
public final class LionProvider implements OptimizerProvider {
  /** Creates the provider. */
  public LionProvider() {}

  @Override
  public String name() {
    return "lion";
  }

  @Override
  public Optimizer create(Map<String, Double> options) {
    Options given = Options.of(name(), options, "beta1", "beta2");
    return new Lion(given.number("beta1", 0.9), given.number("beta2", 0.99));
  }
}
