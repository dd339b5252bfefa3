package org.openclip.train.plan;

import java.util.Arrays;
import org.openclip.api.encoder.TextEncoder;
import org.openclip.api.model.Architecture;
import org.openclip.api.tensor.Tensor;

/**
 * Removes padding from captions that no feature depends on. Most are far shorter than a text
 * tower's context, and a step that leaves the rest out is the same step.
 */
public final class ShortTexts {
  /** Lengths are multiples of it, for backends keep something of every shape they have seen. */
  private static final int MULTIPLE = 8;

  private ShortTexts() {}

  /** Returns whether a model's batches can be cut. Captions that are learnt word by word cannot. */
  public static boolean suit(Architecture architecture) {
    return architecture.decoder().isEmpty() && architecture.textEncoder().variableLength();
  }

  /**
   * Cuts a batch after the last token that the features of some text depend on.
   *
   * @param tokens {@code int64[batch, contextLength]}; of another length when they are no texts
   * @return {@code int64[batch, length]}; the same where nothing can be cut
   */
  public static Tensor cut(Architecture architecture, Tensor tokens) {
    return suit(architecture) ? cut(architecture.textEncoder(), tokens) : tokens;
  }

  /**
   * Cuts a batch of texts that no decoder learns, after the last token that the features of some
   * text depend on.
   *
   * @param tokens {@code int64[batch, contextLength]}; of another length when they are no texts
   * @return {@code int64[batch, length]}; the same where nothing can be cut
   */
  public static Tensor cut(TextEncoder encoder, Tensor tokens) {
    int context = encoder.contextLength();
    if (!encoder.variableLength() || tokens.shape()[1] != context) {
      return tokens;
    }
    long[] ids = tokens.toLongs();
    int rows = ids.length / context;
    int used = 1;
    for (int row = 0; row < rows; row++) {
      long[] text = Arrays.copyOfRange(ids, row * context, (row + 1) * context);
      used = Math.max(used, encoder.usedLength(text));
    }
    int length = Math.min(context, (used + MULTIPLE - 1) / MULTIPLE * MULTIPLE);
    if (length == context) {
      return tokens;
    }
    long[] cut = new long[rows * length];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(ids, row * context, cut, row * length, length);
    }
    return Tensor.of(cut, rows, length);
  }
}
