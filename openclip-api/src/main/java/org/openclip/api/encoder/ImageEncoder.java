package org.openclip.api.encoder;

import java.util.List;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.Weights;

/** An image tower, which writes its graph and computes nothing itself. Immutable. */
public interface ImageEncoder {
  /** Returns the height of the input images, in pixels. */
  int height();

  /** Returns the width of the input images, in pixels. */
  int width();

  /**
   * Writes the graph of the tower. The parameters have the names of the reference's tower, under
   * the builder's scope.
   *
   * @param graph a builder in the tower's scope, such as {@code visual}
   * @param pixels {@code float[batch, 3, height, width]}, NCHW, normalised
   */
  Encoded encode(GraphBuilder graph, Value pixels);

  /**
   * Returns the tower's parameters in groups, from the input to the output. A parameter belongs to
   * the first group that contains it. A parameter in no group is never locked and has the full
   * learning rate. By default the tower is one group.
   */
  default List<LayerGroup> layerGroups() {
    return List.of(LayerGroup.of("tower", ".*"));
  }

  /**
   * Adapts the weights to the image size of the tower, for example by interpolating positional
   * embeddings. Most encoders return the weights unchanged.
   *
   * @param weights the weights of a checkpoint
   * @param prefix the tower's scope with its dot, such as {@code visual.}
   */
  default Weights fit(Weights weights, String prefix) {
    return weights;
  }
}
