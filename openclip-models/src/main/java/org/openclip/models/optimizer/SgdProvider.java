package org.openclip.models.optimizer;

import java.util.Map;
import org.openclip.api.spi.OptimizerProvider;
import org.openclip.api.training.Optimizer;
import org.openclip.api.training.Sgd;

/**
 * Provides {@link Sgd} with {@code momentum} (0.9), {@code nesterov} (0) and {@code decoupled} (0).
 */
public final class SgdProvider implements OptimizerProvider {
  /** Creates the provider. */
  public SgdProvider() {}

  @Override
  public String name() {
    return "sgd";
  }

  @Override
  public Optimizer create(Map<String, Double> options) {
    Options given = Options.of(name(), options, "momentum", "nesterov", "decoupled");
    return new Sgd(
        given.number("momentum", 0.9),
        given.flag("nesterov", false),
        given.flag("decoupled", false));
  }
}
