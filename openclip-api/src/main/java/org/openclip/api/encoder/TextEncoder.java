package org.openclip.api.encoder;

import java.util.List;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.Weights;

/** A tower for texts: it writes its graph and never computes. Immutable. */
public interface TextEncoder {
  /** Returns the number of tokens of a text, start, end and padding included. */
  int contextLength();

  /**
   * Returns the number of tokens that the tower's published cost is of: most often the context
   * length, but of towers taken from text models as many as they have positions.
   */
  default int measuredLength() {
    return contextLength();
  }

  /** Returns the number of different tokens; every id is below it. */
  int vocabularySize();

  /**
   * Writes the tower. Its parameters take the names of the reference's tower, under the builder's
   * scope.
   *
   * @param graph a builder in the tower's scope: {@code text}, or the root for native CLIP models
   * @param tokens {@code int64[batch, length]}; the length is a symbol when the tower is of
   *     {@linkplain #variableLength variable length}, and always where a decoder reads the
   *     sequence; else the context length
   */
  Encoded encode(GraphBuilder graph, Value tokens);

  /** Returns whether the graph can be written for a length that is known only at run time. */
  default boolean variableLength() {
    return false;
  }

  /**
   * Returns how many leading tokens of a text its features depend on. A batch is cut after the
   * largest of these, which changes nothing but the time it takes. Only towers of variable length
   * are asked.
   *
   * @param tokens the ids of one text, of context length
   */
  default int usedLength(long[] tokens) {
    return tokens.length;
  }

  /**
   * Returns the tower's parameters in groups, from the input to the output. A parameter belongs to
   * the first group that holds it; one that none holds is never locked, and learns at full rate.
   * Unless overridden, the tower is one group.
   *
   * @param poolerInHead whether a pooling with parameters belongs to the projection, rather than
   *     below it
   */
  default List<LayerGroup> layerGroups(boolean poolerInHead) {
    return List.of(LayerGroup.of("tower", ".*"));
  }

  /**
   * Returns the weights with those changed that depend on the context length, such as positional
   * embeddings interpolated to another length; most encoders return them as they are.
   *
   * @param weights the weights of a checkpoint
   * @param prefix the tower's scope with its dot, such as {@code text.}; empty at the root
   */
  default Weights fit(Weights weights, String prefix) {
    return weights;
  }
}
