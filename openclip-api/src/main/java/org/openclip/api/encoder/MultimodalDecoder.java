package org.openclip.api.encoder;

import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;

/**
 * A decoder that sees a picture and the beginning of its caption, and tells which token comes next
 * after each one. Immutable.
 */
public interface MultimodalDecoder {
  /** Returns the number of different tokens that it tells apart. */
  int vocabularySize();

  /** Returns the number of tokens of a caption that it was made for. */
  int contextLength();

  /**
   * Writes the decoder. Its parameters take the names of the reference's decoder, under the
   * builder's scope.
   *
   * @param graph a builder in the decoder's scope, such as {@code text_decoder}
   * @param imageTokens the sequence that the image tower offers, {@code [batch, places, width]}
   * @param textTokens the sequence that the text tower offers, {@code [batch, length, width]}
   * @return the logits of the token after each one, {@code [batch, length, vocabularySize]}
   */
  Value decode(GraphBuilder graph, Value imageTokens, Value textTokens);
}
