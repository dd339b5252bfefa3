package org.openclip.models.attention;

import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.Tensor;

/**
 * Rotary position embeddings of a token sequence (Su et al. 2021, RoFormer, arXiv 2104.09864): each
 * pair of a head's channels is rotated by the position times the frequency of the pair.
 *
 * @param cosine {@code [length, 1, headWidth]}, with the batch before where its rows differ
 * @param sine of the same shape
 * @param headWidth the width of a head, even
 * @param pairing which channels form a pair
 */
public record Rotary(Value cosine, Value sine, int headWidth, Pairing pairing) {
  /** Which channels of a head form a pair. */
  public enum Pairing {
    /** Channels 0 and 1, 2 and 3, … as in the paper. */
    NEIGHBOURS,
    /** Each channel of the first half with the one at its place in the second half. */
    HALVES
  }

  /**
   * Writes the graph of the angles.
   *
   * @param length the number of tokens of the sequence
   * @param longest the largest possible number of tokens
   * @param temperature the base of the frequencies
   */
  public static Rotary of(
      GraphBuilder g, Dim length, int longest, int headWidth, double temperature, Pairing pairing) {
    float[] cosines = new float[longest * headWidth];
    float[] sines = new float[longest * headWidth];
    for (int position = 0; position < longest; position++) {
      for (int channel = 0; channel < headWidth; channel++) {
        int pair = pairing == Pairing.NEIGHBOURS ? channel / 2 : channel % (headWidth / 2);
        double angle = position * Math.pow(temperature, -2.0 * pair / headWidth);
        cosines[position * headWidth + channel] = (float) Math.cos(angle);
        sines[position * headWidth + channel] = (float) Math.sin(angle);
      }
    }
    return new Rotary(
        rows(g, cosines, longest, headWidth, length),
        rows(g, sines, longest, headWidth, length),
        headWidth,
        pairing);
  }

  private static Value rows(GraphBuilder g, float[] table, int longest, int width, Dim length) {
    return g.slice(g.constant(Tensor.of(table, longest, 1, width)), 0, Dim.of(0), length);
  }

  /** Applies the rotation to queries or keys, {@code [batch, length, heads * headWidth]}. */
  public Value turn(GraphBuilder g, Value x) {
    Dim batch = x.shape().dim(0);
    Dim length = x.shape().dim(1);
    Dim width = x.shape().dim(2);
    Dim heads = Dim.of(width.size() / headWidth);
    Value perHead = g.reshape(x, batch, length, heads, Dim.of(headWidth));
    Value across =
        switch (pairing) {
          case NEIGHBOURS -> {
            Value pairs = g.reshape(x, batch, length, Dim.of(width.size() / 2), Dim.of(2));
            yield g.reshape(across(g, pairs), batch, length, heads, Dim.of(headWidth));
          }
          case HALVES -> across(g, perHead);
        };
    Value turned = g.plus(g.times(perHead, cosine), g.times(across, sine));
    return g.reshape(turned, batch, length, width);
  }

  /** Returns the two halves of the last axis as a right angle turns them: {@code (-b, a)}. */
  private static Value across(GraphBuilder g, Value x) {
    long half = x.shape().size(-1) / 2;
    Value right = g.unary(g.slice(x, -1, half, 2 * half), UnaryFunction.NEGATE);
    return g.concat(-1, right, g.slice(x, -1, 0, half));
  }
}
