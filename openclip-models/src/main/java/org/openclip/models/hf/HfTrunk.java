package org.openclip.models.hf;

import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Value;
import org.openclip.models.attention.Padding;

/** An encoder of texts without its pooling. Its parameters have the names of transformers. */
interface HfTrunk {
  /** The largest length of a trunk whose positions have no end. */
  int ENDLESS = Integer.MAX_VALUE;

  /**
   * What the rest of the tower needs to know.
   *
   * @param vocabularySize the number of different tokens
   * @param width the width of the sequence
   * @param padId the id of padding
   * @param longest how many tokens a text can have
   * @param positions how many positions there are, some of which may be no token's
   */
  record Facts(int vocabularySize, int width, long padId, int longest, int positions) {}

  /** Returns what the rest of the tower needs to know. */
  Facts facts();

  /**
   * The names of a trunk's blocks, and of what comes before them.
   *
   * @param embeddings the scope of the embeddings
   * @param scope what stands before a block's number
   * @param count the number of blocks
   */
  record Blocks(String embeddings, String scope, int count) {}

  /** Returns the names of the blocks. */
  Blocks blocks();

  /**
   * Writes the encoder.
   *
   * @param tokens {@code int64[batch, length]}
   * @param longest an upper bound of the length
   * @return {@code [batch, length, width]}
   */
  Value encode(GraphBuilder g, Value tokens, Padding padding, int longest);

  /**
   * Writes the pooling layer over the first token that some models were pretrained with.
   *
   * @param first {@code [batch, width]}
   * @return {@code [batch, width]}; null when the model has no such layer
   */
  default @Nullable Value pool(GraphBuilder g, Value first) {
    return null;
  }

  /** A linear layer with a bias that starts at zero. */
  static Value linear(GraphBuilder g, String name, Value x, long out, Initializer weight) {
    GraphBuilder scope = g.scope(name);
    return g.linear(
        x,
        scope.parameter("weight", weight, out, x.shape().size(-1)),
        scope.parameter("bias", Initializer.ZEROS, out));
  }

  /** A linear layer without a bias. */
  static Value matrix(GraphBuilder g, String name, Value x, long out, Initializer weight) {
    return g.linear(x, g.scope(name).parameter("weight", weight, out, x.shape().size(-1)), null);
  }

  /** Reads a number of heads, which must divide a width. */
  static int heads(ConfigReader reader, String key, int otherwise, int width) {
    int heads = reader.positive(key, otherwise);
    if (width % heads != 0) {
      throw new InvalidConfigException(
          reader.at(key), "is " + heads + ", which does not divide the width " + width);
    }
    return heads;
  }
}
