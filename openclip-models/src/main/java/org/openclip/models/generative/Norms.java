package org.openclip.models.generative;

import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.Value;

/**
 * The norms of a transformer.
 *
 * @param rms whether they are by the root mean square (Zhang and Sennrich 2019, arXiv 1910.07467)
 *     rather than layer norms
 * @param epsilon what is added to the variance
 */
record Norms(boolean rms, double epsilon) {
  /** Writes a norm over the last axis. */
  Value of(GraphBuilder g, String name, Value x) {
    if (!rms) {
      return Layers.layerNorm(g, name, x, epsilon);
    }
    Value weight = g.scope(name).parameter("weight", Initializer.ONES, x.shape().size(-1));
    return g.rmsNorm(x, weight, epsilon);
  }
}
