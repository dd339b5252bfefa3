package org.openclip.api.spi;

import java.util.Map;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;

/** A plugin that brings a training objective, written as a graph like the towers. */
public interface LossProvider extends Provider {
  /**
   * Writes the loss.
   *
   * @param graph the builder of the graph that the features belong to
   * @param features what the model yields, by name: {@code image_features} and {@code
   *     text_features}, {@code float[batch, embedDim]} of unit length, {@code logit_scale} and
   *     {@code logit_bias}
   * @param options the loss's own options
   * @return scalars by name; {@code loss} is the one to minimise, others are parts of it to report
   */
  Map<String, Value> write(
      GraphBuilder graph, Map<String, Value> features, Map<String, Object> options);
}
