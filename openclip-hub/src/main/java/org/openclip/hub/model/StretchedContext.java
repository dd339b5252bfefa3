package org.openclip.hub.model;

import java.util.Arrays;
import java.util.List;
import org.openclip.api.InvalidInputException;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/**
 * Stretches the positional embeddings of a CLIP text tower to a longer context, as Long-CLIP does
 * before its fine-tuning (Zhang et al. 2024, arXiv 2403.15378). The first 20 positions do not
 * change, so that short texts keep their features. Each later position becomes four: itself, and
 * three between it and the next one. The last three continue the line of the last two positions. A
 * context of 77 tokens becomes one of 248.
 */
public final class StretchedContext {
  /** The positions that do not change. */
  private static final int KEPT = 20;

  /** How many positions each of the others becomes. */
  private static final int RATIO = 4;

  private static final List<String> NAMES =
      List.of("positional_embedding", "text.positional_embedding");

  private StretchedContext() {}

  /** Returns the context length that a context is stretched to, in tokens. */
  public static int length(int contextLength) {
    return KEPT + RATIO * (contextLength - KEPT);
  }

  /**
   * Returns weights with a stretched positional embedding, in float32.
   *
   * @param weights the weights under the architecture's names; closing the result closes them
   * @param contextLength the context length of the model that they belong to, in tokens
   * @throws InvalidInputException when the text tower has no learnt positional embedding of that
   *     length, or the context is too short
   */
  public static Weights of(Weights weights, int contextLength) {
    String name =
        NAMES.stream()
            .filter(weights.names()::contains)
            .findFirst()
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        "the text tower has none of %s, so that its context cannot be stretched; only CLIP's own text tower can"
                            .formatted(NAMES)));
    Tensor positions = weights.get(name);
    long[] shape = positions.shape();
    if (shape.length != 2 || shape[0] != contextLength || contextLength < KEPT + 2) {
      throw new InvalidInputException(
          "%s is %s, but a context of %s tokens is stretched from [%s, width], with at least %s positions and no class token"
              .formatted(name, Arrays.toString(shape), contextLength, contextLength, KEPT + 2));
    }
    return weights.replacing(name, stretched(positions));
  }

  private static Tensor stretched(Tensor positions) {
    int before = Math.toIntExact(positions.shape()[0]);
    int width = Math.toIntExact(positions.shape()[1]);
    int after = length(before);
    float[] old = positions.toFloats();
    float[] result = Arrays.copyOf(old, after * width);
    for (int position = KEPT; position < after; position++) {
      int left = KEPT + (position - KEPT) / RATIO;
      double share = (double) ((position - KEPT) % RATIO) / RATIO;
      // Behind the last position, the line through the last two goes on.
      int from = Math.min(left, before - 2);
      for (int c = 0; c < width; c++) {
        double slope = (double) old[(from + 1) * width + c] - old[from * width + c];
        result[position * width + c] = (float) (old[left * width + c] + share * slope);
      }
    }
    return Tensor.of(result, after, width);
  }
}
