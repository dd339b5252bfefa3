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
 * @param sequence of time, row and column
 * @param columnsOnly whether rows do not count: all axes are the column
 */
record MultimodalRotary(
    CoordinateRotary patches,
    CoordinateRotary tokens,
    CoordinateRotary sequence,
    boolean columnsOnly) {
  /**
   * Creates the positions.
   *
   * @param columnsOnly whether each pair turns by the column, as time in a sound that is not cut
   *     into rows
   */
  static MultimodalRotary of(TrunkConfig config, boolean columnsOnly) {
    double[] falling = CoordinateRotary.falling(config.headWidth() / 2, config.temperature());
    double[][] axes = new double[3][falling.length];
    for (int pair = 0; pair < falling.length; pair++) {
      int axis = config.interleaved() ? axis(pair, config.sections()) : 0;
      axes[columnsOnly ? 2 : axis][pair] = falling[pair];
    }
    return new MultimodalRotary(
        new CoordinateRotary(new double[][] {axes[1], axes[2]}, Rotary.Pairing.HALVES),
        new CoordinateRotary(new double[][] {falling}, Rotary.Pairing.HALVES),
        new CoordinateRotary(axes, Rotary.Pairing.HALVES),
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
    Value number = g.reshape(g.range(length), Dim.of(1), length, Dim.of(1));
    return tokens.at(g, behind(g, coordinates, number), 0);
  }

  /** Returns the positions of tokens by their numbers, {@code int64[batch or 1, length, 1]}. */
  private Value behind(GraphBuilder g, Value coordinates, Value numbers) {
    Value places = g.cast(coordinates, DataType.FLOAT32);
    Value counted = columnsOnly ? g.slice(places, 2, 1, 2) : places;
    Value largest = g.reduce(g.reduce(counted, Reduction.MAX, true, 1), Reduction.MAX, true, 2);
    return g.plus(largest, g.plus(g.cast(numbers, DataType.FLOAT32), g.constant(1)));
  }

  /**
   * Returns what turns a sequence of patches and tokens.
   *
   * @param coordinates {@code int64[batch, places, 2]}: row and column of each patch, else 0
   * @param numbers {@code int64[batch, places]}: the number of each token in its text
   * @param tokens {@code bool[batch, places]}: whether there is a token
   */
  Rotary ofSequence(GraphBuilder g, Value coordinates, Value numbers, Value tokens) {
    Value position = behind(g, coordinates, g.unsqueeze(numbers, 2));
    Value token = g.unsqueeze(tokens, 2);
    Value places = g.choose(token, position, g.cast(coordinates, DataType.FLOAT32));
    Value time = g.choose(token, position, g.constant(0));
    return sequence.at(g, g.concat(2, time, places), 0);
  }
}
