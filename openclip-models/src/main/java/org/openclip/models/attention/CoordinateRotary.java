package org.openclip.models.attention;

import java.util.List;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.LayoutOp;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.models.attention.Rotary.Pairing;

/**
 * Rotary positions of tokens that each have coordinates of their own (Su et al. 2021, arXiv
 * 2104.09864; for several axes Wang et al. 2024, Qwen2-VL, arXiv 2409.12191): each pair of a head's
 * channels is turned by the sum of the coordinates, each times its frequency for the pair.
 *
 * @param frequencies of each axis and pair of channels, {@code [axes][headWidth / 2]}
 * @param pairing which channels form a pair
 */
@SuppressWarnings("ArrayRecordComponent")
public record CoordinateRotary(double[][] frequencies, Pairing pairing) {
  /**
   * Returns what turns queries and keys of a sequence.
   *
   * @param coordinates numbers of any type, {@code [batch, length, axes]}
   * @param before how many tokens before those with coordinates stay as they are
   */
  public Rotary at(GraphBuilder g, Value coordinates, int before) {
    Value places = g.cast(coordinates, DataType.FLOAT32);
    Value angles = g.times(g.slice(places, 2, 0, 1), row(g, 0));
    for (int axis = 1; axis < frequencies.length; axis++) {
      angles = g.plus(angles, g.times(g.slice(places, 2, axis, axis + 1L), row(g, axis)));
    }
    if (before > 0) {
      angles = g.add(new LayoutOp.Pad(angles, List.of(0, before, 0), List.of(0, 0, 0), 0));
    }
    Value perHead = g.unsqueeze(angles, 2);
    return new Rotary(
        g.unary(perHead, UnaryFunction.COS),
        g.unary(perHead, UnaryFunction.SIN),
        headWidth(),
        pairing);
  }

  private int headWidth() {
    return 2 * frequencies[0].length;
  }

  private Value row(GraphBuilder g, int axis) {
    float[] row = new float[headWidth()];
    for (int channel = 0; channel < row.length; channel++) {
      int pair = pairing == Pairing.NEIGHBOURS ? channel / 2 : channel % (row.length / 2);
      row[channel] = (float) frequencies[axis][pair];
    }
    return g.constant(Tensor.of(row, row.length));
  }

  /** Returns the frequencies by which pairs turn slower and slower. */
  public static double[] falling(int pairs, double temperature) {
    double[] frequencies = new double[pairs];
    for (int i = 0; i < pairs; i++) {
      frequencies[i] = Math.pow(temperature, -(double) i / pairs);
    }
    return frequencies;
  }
}
