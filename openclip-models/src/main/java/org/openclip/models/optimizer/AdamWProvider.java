package org.openclip.models.optimizer;

import java.util.Map;
import org.openclip.api.spi.OptimizerProvider;
import org.openclip.api.training.AdamW;
import org.openclip.api.training.Optimizer;

/**
 * Provides {@link AdamW} with {@code beta1} (0.9), {@code beta2} (0.999) and {@code eps} (1e-8).
 */
public final class AdamWProvider implements OptimizerProvider {
  /** Creates the provider. */
  public AdamWProvider() {}

  @Override
  public String name() {
    return "adamw";
  }

  @Override
  public Optimizer create(Map<String, Double> options) {
    Options given = Options.of(name(), options, "beta1", "beta2", "eps");
    return new AdamW(
        given.number("beta1", 0.9), given.number("beta2", 0.999), given.number("eps", 1e-8));
  }
}
