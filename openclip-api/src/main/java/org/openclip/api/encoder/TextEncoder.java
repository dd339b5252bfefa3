package org.openclip.api.encoder;

import java.util.List;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.Weights;

/** A text tower, which writes its graph and computes nothing itself. Immutable. */
public interface TextEncoder {
  /**
   * Returns the context length: the number of tokens of a text, including start, end and padding.
   */
  int contextLength();

  /**
   * Returns the number of tokens for which the tower's cost is published. Usually this is the
   * context length; for towers taken from language models it is their number of positions.
   */
  default int measuredLength() {
    return contextLength();
  }

  /** Returns the size of the vocabulary; every token id is below it. */
  int vocabularySize();

  /**
   * Writes the graph of the tower. The parameters have the names of the reference's tower, under
   * the builder's scope.
   *
   * @param graph a builder in the tower's scope: {@code text}, or the root for native CLIP models
   * @param tokens {@code int64[batch, length]}; the length is a symbol when the tower has
   *     {@linkplain #variableLength variable length}, and always when a decoder reads the sequence;
   *     otherwise it is the context length
   */
  Encoded encode(GraphBuilder graph, Value tokens);

  /** Returns whether the graph can be written for a length that is known only at run time. */
  default boolean variableLength() {
    return false;
  }

  /**
   * Returns the number of leading tokens on which a text's features depend. A batch is cut after
   * the largest of these numbers, which saves time and does not change the features. The method is
   * only called for towers of variable length.
   *
   * @param tokens the ids of one text, of context length
   */
  default int usedLength(long[] tokens) {
    return tokens.length;
  }

  /**
   * Returns the tower's parameters in groups, from the input to the output. A parameter belongs to
   * the first group that contains it. A parameter in no group is never locked and has the full
   * learning rate. By default the tower is one group.
   *
   * @param poolerInHead whether a pooling with parameters belongs to the projection, rather than
   *     below it
   */
  default List<LayerGroup> layerGroups(boolean poolerInHead) {
    return List.of(LayerGroup.of("tower", ".*"));
  }

  /**
   * Adapts the weights to the context length of the tower, for example by interpolating positional
   * embeddings. Most encoders return the weights unchanged.
   *
   * @param weights the weights of a checkpoint
   * @param prefix the tower's scope with its dot, such as {@code text.}; empty at the root
   */
  default Weights fit(Weights weights, String prefix) {
    return weights;
  }
}
