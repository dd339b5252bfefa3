package org.openclip.api.encoder;

import java.util.Map;
import org.openclip.api.audio.AudioPatcher;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;

/**
 * A transformer that reads the patches of an image or a sound, and predicts a text about it token
 * by token (GenLIP, arXiv 2605.00809). It writes its graphs and computes nothing itself. Immutable.
 */
public interface GenerativeEncoder {
  /** What is in front of a text. */
  sealed interface Prefix {
    /** Returns the number of numbers of a patch. */
    int numbers();

    /** Returns the largest number of patches. */
    int most();
  }

  /**
   * An image of any shape.
   *
   * @param patch the side length of a patch, in pixels
   * @param most the largest number of patches
   */
  record Images(int patch, int most) implements Prefix {
    @Override
    public int numbers() {
      return 3 * patch * patch;
    }
  }

  /**
   * A sound of any length.
   *
   * @param patcher cuts it into patches
   */
  record Sounds(AudioPatcher patcher) implements Prefix {
    @Override
    public int numbers() {
      return patcher.numbers();
    }

    @Override
    public int most() {
      return patcher.most();
    }
  }

  /**
   * The inputs of a graph. After the last patch of an image or a sound, all three are zero.
   *
   * @param patches {@code float[batch, places, numbers]}
   * @param coordinates {@code int64[batch, places, 2]}: row and column of each patch
   * @param valid {@code bool[batch, places]}: whether there is a patch
   */
  record Patches(Value patches, Value coordinates, Value valid) {}

  /**
   * What the transformer expects of a text.
   *
   * @param first the logits of the first token, {@code [batch, vocabularySize]}
   * @param next the logits of the token after each one, {@code [batch, length, vocabularySize]}
   */
  record Logits(Value first, Value next) {}

  /** Returns what is in front of a text. */
  Prefix prefix();

  /** Returns the width of the features. */
  int embedDim();

  /** Returns the context length: the largest number of tokens of a text. */
  int contextLength();

  /** Returns the size of the vocabulary. */
  int vocabularySize();

  /** Returns {@code text_cfg}, which chooses the tokenizer. */
  Map<String, Object> textConfig();

  /**
   * Writes the graph from patches alone to features, {@code [batch, embedDim]}, not normalised. The
   * parameters have the names of the reference's model.
   *
   * @param graph a builder in the outermost scope
   */
  Value encode(GraphBuilder graph, Patches patches);

  /**
   * Writes the graph of the logits of a text. Each image or sound has the same number of places.
   *
   * @param graph a builder in the outermost scope
   * @param tokens {@code int64[batch, length]}
   */
  Logits predict(GraphBuilder graph, Patches patches, Value tokens);

  /**
   * Writes the graph of how likely texts are, for training. Each image or sound and its text are
   * one sequence without a gap: patches, tokens, and then padding up to the longest sequence.
   *
   * @param graph a builder in the outermost scope
   * @param patches with as many places as the longest sequence has
   * @param tokens {@code int64[batch, length]}, with padding behind
   * @param padId the id of padding
   * @return the natural logarithm of the probability of each token, {@code [batch, length]}; of
   *     padding, any number
   */
  Value logLikelihoods(GraphBuilder graph, Patches patches, Value tokens, long padId);

  /**
   * Returns the entries of the reference's state dict that hold the tensor of another entry once
   * more, with the name of that entry.
   */
  default Map<String, String> copies() {
    return Map.of();
  }
}
