package org.openclip.api.encoder;

import java.util.List;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.Weights;

/** A tower for pictures: it writes its graph and never computes. Immutable. */
public interface ImageEncoder {
  /** Returns the height of the pictures that enter, in pixels. */
  int height();

  /** Returns the width of the pictures that enter, in pixels. */
  int width();

  /**
   * Writes the tower. Its parameters take the names of the reference's tower, under the builder's
   * scope.
   *
   * @param graph a builder in the tower's scope, such as {@code visual}
   * @param pixels {@code float[batch, 3, height, width]}, NCHW, normalised
   */
  Encoded encode(GraphBuilder graph, Value pixels);

  /**
   * Returns the tower's parameters in groups, from the input to the output. A parameter belongs to
   * the first group that holds it; one that none holds is never locked, and learns at full rate.
   * Unless overridden, the tower is one group.
   */
  default List<LayerGroup> layerGroups() {
    return List.of(LayerGroup.of("tower", ".*"));
  }

  /**
   * Returns the weights with those changed that depend on the picture's size, such as positional
   * embeddings interpolated to another grid; most encoders return them as they are.
   *
   * @param weights the weights of a checkpoint
   * @param prefix the tower's scope with its dot, such as {@code visual.}
   */
  default Weights fit(Weights weights, String prefix) {
    return weights;
  }
}
