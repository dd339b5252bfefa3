package org.openclip.spring;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.openclip.api.model.ClipModel;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * The health of the context's models: up when each encodes a word, which takes milliseconds, with
 * name, backend and width of each.
 */
public final class OpenClipHealthIndicator extends AbstractHealthIndicator {
  private final Supplier<Map<String, ClipModel>> models;

  /**
   * Creates an indicator.
   *
   * @param models by the names of their beans
   */
  public OpenClipHealthIndicator(Supplier<Map<String, ClipModel>> models) {
    super("a CLIP model does not answer");
    this.models = models;
  }

  @Override
  protected void doHealthCheck(Health.Builder builder) {
    models
        .get()
        .forEach(
            (bean, model) -> {
              model.encodeTexts(List.of("health"));
              builder.withDetail(
                  bean,
                  Map.of(
                      "model", model.name(),
                      "backend", model.backend(),
                      "dimensions", model.embedDim()));
            });
    builder.up();
  }
}
