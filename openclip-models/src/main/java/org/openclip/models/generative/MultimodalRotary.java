package org.openclip.models.generative;

import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.models.attention.CoordinateRotary;
import org.openclip.models.attention.Rotary;

/**
 * Rotary positions of a list of patches with a text behind it (Wang et al. 2024, Qwen2-VL, arXiv
 * 2409.12191), whose axes take turns: time, row, column, time and so on. Patches have the time 0. A
 * token has one position on all axes, and the first is one behind the largest coordinate.
 *
 * @param patches of rows and columns
 * @param tokens of one position
 * @param columnsOnly whether rows do not count: all axes are the column
 */
record MultimodalRotary(CoordinateRotary patches, CoordinateRotary tokens, boolean columnsOnly) {
  /**
   * Creates the positions.
   *
   * @param columnsOnly whether each pair turns by the column, as time in a sound that is not cut
   *     into rows
   */
  static MultimodalRotary of(TrunkConfig config, boolean columnsOnly) {
    double[] falling = CoordinateRotary.falling(config.headWidth() / 2, config.temperature());
    double[][] places = new double[2][falling.length];
    for (int pair = 0; pair < falling.length; pair++) {
      int axis = config.interleaved() ? axis(pair, config.sections()) : 0;
      if (columnsOnly || axis == 2) {
        places[1][pair] = falling[pair];
      } else if (axis == 1) {
        places[0][pair] = falling[pair];
      }
    }
    return new MultimodalRotary(
        new CoordinateRotary(places, Rotary.Pairing.HALVES),
        new CoordinateRotary(new double[][] {falling}, Rotary.Pairing.HALVES),
        columnsOnly);
  }

  /** Returns the axis of a pair: 0 for time, 1 for the row, 2 for the column. */
  private static int axis(int pair, int[] sections) {
    int turn = pair % 3;
    return turn > 0 && pair < 3 * sections[turn] ? turn : 0;
  }

  /** Returns what turns the patches, whose coordinates are {@code int64[batch, places, 2]}. */
  Rotary ofPatches(GraphBuilder g, Value coordinates) {
    return patches.at(g, coordinates, 0);
  }

  /** Returns what turns the tokens behind the patches, {@code length} of them. */
  Rotary ofTokens(GraphBuilder g, Value coordinates, Dim length) {
    Value places = g.cast(coordinates, DataType.FLOAT32);
    Value counted = columnsOnly ? g.slice(places, 2, 1, 2) : places;
    Value largest = g.reduce(g.reduce(counted, Reduction.MAX, true, 1), Reduction.MAX, true, 2);
    Value number = g.reshape(g.range(length), Dim.of(1), length, Dim.of(1));
    Value after = g.plus(g.cast(number, DataType.FLOAT32), g.constant(1));
    return tokens.at(g, g.plus(largest, after), 0);
  }
}
