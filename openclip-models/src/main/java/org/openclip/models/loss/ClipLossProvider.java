package org.openclip.models.loss;

import java.util.Map;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;
import org.openclip.api.spi.LossProvider;

/**
 * CLIP's loss (Radford et al. 2021, arXiv 2103.00020): among all texts of a batch each picture
 * finds its own, and among all pictures each text.
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
