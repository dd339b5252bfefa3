package org.openclip.hub.checkpoint.naming;

import java.util.List;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/**
 * The table of positions of a vision transformer, with or without rows for the tokens in front.
 *
 * @param weights the checkpoint
 * @param table the name of the table, {@code [rows, width]} or {@code [1, rows, width]}
 * @param tokens the names of the tokens in front, in order, as far as the checkpoint has them
 * @param included whether the table begins with rows for them
 */
record TokenPositions(Weights weights, String table, List<String> tokens, boolean included) {
  /**
   * Finds out whether the table has rows for the tokens: without them it is a square grid.
   *
   * @param tokens the names of tokens that there may be, in order
   */
  static TokenPositions of(Weights weights, String table, List<String> tokens) {
    List<String> there = tokens.stream().filter(weights.names()::contains).toList();
    TokenPositions positions = new TokenPositions(weights, table, there, false);
    if (!weights.names().contains(table)) {
      return positions;
    }
    long rows = positions.rows();
    boolean included =
        side(rows) * side(rows) != rows && square(rows - positions.before(there.size()));
    return new TokenPositions(weights, table, there, included);
  }

  private long rows() {
    long[] shape = weights.get(table).shape();
    return shape.length < 2 ? 0 : shape[shape.length - 2];
  }

  private static boolean square(long count) {
    return count > 0 && side(count) * side(count) == count;
  }

  private static long side(long count) {
    return Math.round(Math.sqrt((double) Math.max(0, count)));
  }

  /** Returns how many rows the first tokens have. */
  private long before(int first) {
    return tokens.subList(0, first).stream().mapToLong(name -> count(weights.get(name))).sum();
  }

  private static long count(Tensor token) {
    long[] shape = token.shape();
    return shape.length < 2 ? 1 : shape[shape.length - 2];
  }

  /** Returns the grid, {@code [1, side, side, width]}; a table that is not square as it is. */
  Tensor grid() {
    Tensor all = weights.get(table);
    long[] shape = all.shape();
    long first = included ? before(tokens.size()) : 0;
    long rows = rows() - first;
    if (shape.length < 2 || !square(rows)) {
      return all;
    }
    long width = shape[shape.length - 1];
    Tensor flat = Rearranged.reshaped(all, rows(), width);
    Tensor grid = Rearranged.rows(flat, first, rows());
    return Rearranged.reshaped(grid, 1, side(rows), side(rows), width);
  }

  /** Returns a token with its position added to it, {@code float32[1, count, width]}. */
  Tensor token(String name) {
    Tensor token = weights.get(name);
    long[] shape = token.shape();
    long width = shape.length == 0 ? 1 : shape[shape.length - 1];
    float[] sum = token.toFloats();
    if (included) {
      float[] positions = weights.get(table).toFloats();
      long first = before(tokens.indexOf(name)) * width;
      for (int i = 0; i < sum.length; i++) {
        sum[i] += positions[(int) first + i];
      }
    }
    return Tensor.of(sum, 1, count(token), width);
  }
}
