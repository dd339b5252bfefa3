package org.openclip.models.loss;

import java.util.Map;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;
import org.openclip.api.spi.LossProvider;

/**
 * CLIP's contrastive loss (Radford et al. 2021, arXiv 2103.00020): the cross-entropy of each image
 * over all texts of a batch, and of each text over all images. If the texts have {@linkplain
 * LossProvider#TEXT_KEYS keys}, other pairs of equal texts are no negatives.
 */
public final class ClipLossProvider implements LossProvider {
  /** Creates the provider. */
  public ClipLossProvider() {}

  @Override
  public String name() {
    return "clip";
  }

  @Override
  public Map<String, Value> write(
      GraphBuilder graph, Map<String, Value> features, Map<String, Object> options) {
    new ConfigReader("loss", options).finish();
    Value contrastive = Pairs.of(graph, features).contrastive();
    return Map.of("contrastive_loss", contrastive, LOSS, contrastive);
  }
}
