package org.openclip.api.encoder;

import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;

/**
 * A decoder that predicts the next token of a caption from the image and the tokens so far.
 * Immutable.
 */
public interface MultimodalDecoder {
  /** Returns the size of the vocabulary. */
  int vocabularySize();

  /** Returns the context length: the number of tokens of a caption. */
  int contextLength();

  /**
   * Writes the graph of the decoder. The parameters have the names of the reference's decoder,
   * under the builder's scope.
   *
   * @param graph a builder in the decoder's scope, such as {@code text_decoder}
   * @param imageTokens the token sequence of the image tower, {@code [batch, places, width]}
   * @param textTokens the token sequence of the text tower, {@code [batch, length, width]}
   * @return the logits of the token after each one, {@code [batch, length, vocabularySize]}
   */
  Value decode(GraphBuilder graph, Value imageTokens, Value textTokens);
}
