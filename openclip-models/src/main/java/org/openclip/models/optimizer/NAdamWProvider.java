package org.openclip.models.optimizer;

import java.util.Map;
import org.openclip.api.spi.OptimizerProvider;
import org.openclip.api.training.NAdamW;
import org.openclip.api.training.Optimizer;

/**
 * Provides {@link NAdamW} with {@code beta1} (0.9), {@code beta2} (0.999), {@code eps} (1e-8) and
 * {@code momentum_decay} (4e-3).
 */
public final class NAdamWProvider implements OptimizerProvider {
  /** Creates the provider. */
  public NAdamWProvider() {}

  @Override
  public String name() {
    return "nadamw";
  }

  @Override
  public Optimizer create(Map<String, Double> options) {
    Options given = Options.of(name(), options, "beta1", "beta2", "eps", "momentum_decay");
    return new NAdamW(
        given.number("beta1", 0.9),
        given.number("beta2", 0.999),
        given.number("eps", 1e-8),
        given.number("momentum_decay", 4e-3));
  }
}
