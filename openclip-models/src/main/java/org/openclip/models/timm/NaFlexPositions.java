package org.openclip.models.timm;

import org.openclip.api.graph.ArithmeticOp.BinaryFunction;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.ArithmeticOp.Relation;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;
import org.openclip.api.image.ResizeFilter;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;

/**
 * A learnt grid of positions, interpolated to the grid of patches of each picture, with
 * antialiasing: bicubic (a = -0.5, Keys 1981) or bilinear. The interpolation is linear in the
 * table, so it is written as a product: each patch takes a share of every row and of every column
 * of the table.
 *
 * @param rows rows of the table
 * @param columns columns of the table
 * @param filter how the table is interpolated
 */
record NaFlexPositions(int rows, int columns, ResizeFilter filter) {
  /**
   * Returns the positions of one grid that all pictures have.
   *
   * @param table {@code [1, rows, columns, width]}
   * @return {@code [gridHeight * gridWidth, width]}
   */
  Value fixed(GraphBuilder g, Value table, int gridHeight, int gridWidth) {
    if (gridHeight == rows && gridWidth == columns) {
      return flat(g, table);
    }
    double[][] down = filter.weights(rows, gridHeight);
    double[][] across = filter.weights(columns, gridWidth);
    int size = rows * columns;
    float[] shares = new float[gridHeight * gridWidth * size];
    for (int patch = 0; patch < gridHeight * gridWidth; patch++) {
      for (int cell = 0; cell < size; cell++) {
        double share =
            down[patch / gridWidth][cell / columns] * across[patch % gridWidth][cell % columns];
        shares[patch * size + cell] = (float) share;
      }
    }
    Value weights = g.constant(Tensor.of(shares, (long) gridHeight * gridWidth, size));
    return g.matMul(weights, flat(g, table));
  }

  /**
   * Returns the positions of pictures that each have a grid of their own.
   *
   * @param table {@code [1, rows, columns, width]}
   * @param coordinates {@code int64[batch, length, 2]}, row and column of each patch; zeros behind
   *     a picture's last
   * @return {@code [batch, length, width]}
   */
  Value varying(GraphBuilder g, Value table, Value coordinates) {
    Value down = shares(g, coordinates, 0, rows);
    Value across = shares(g, coordinates, 1, columns);
    Dim batch = coordinates.shape().dim(0);
    Dim length = coordinates.shape().dim(1);
    Value pairs =
        g.times(
            g.reshape(down, batch, length, Dim.of(rows), Dim.of(1)),
            g.reshape(across, batch, length, Dim.of(1), Dim.of(columns)));
    Value weights = g.reshape(pairs, batch, length, Dim.of((long) rows * columns));
    return g.matMul(weights, flat(g, table));
  }

  private Value flat(GraphBuilder g, Value table) {
    return g.reshape(table, Dim.of((long) rows * columns), table.shape().dim(3));
  }

  /** Returns each patch's share of each cell along one axis, {@code [batch, length, cells]}. */
  private Value shares(GraphBuilder g, Value coordinates, int axis, int cells) {
    Value place = g.cast(g.slice(coordinates, 2, axis, axis + 1L), DataType.FLOAT32);
    Value one = g.constant(1);
    Value size = g.plus(g.reduce(place, Reduction.MAX, true, 1), one);
    Value scale = g.divide(g.constant(cells), size);
    Value stretch = g.binary(scale, one, BinaryFunction.MAXIMUM);
    Value centre = g.times(scale, g.plus(place, g.constant(0.5)));
    float[] middles = new float[cells];
    for (int i = 0; i < cells; i++) {
      middles[i] = i + 0.5f;
    }
    Value distance =
        g.divide(g.minus(g.constant(Tensor.of(middles, 1, 1, cells)), centre), stretch);
    Value away = g.unary(distance, UnaryFunction.ABS);
    Value shares =
        filter == ResizeFilter.BILINEAR
            ? g.binary(g.minus(one, away), g.constant(0), BinaryFunction.MAXIMUM)
            : cubic(g, away);
    return g.divide(shares, g.reduce(shares, Reduction.SUM, true, 2));
  }

  /** Keys' cubic convolution kernel of distances that are not negative. */
  private static Value cubic(GraphBuilder g, Value x) {
    Value square = g.times(x, x);
    Value near =
        g.plus(
            g.times(square, g.minus(g.times(x, g.constant(1.5)), g.constant(2.5))), g.constant(1));
    Value far =
        g.plus(
            g.times(
                x,
                g.minus(
                    g.times(g.minus(g.constant(2.5), g.times(x, g.constant(0.5))), x),
                    g.constant(4))),
            g.constant(2));
    Value outer = g.choose(g.compare(x, g.constant(2), Relation.LESS), far, g.constant(0));
    return g.choose(g.compare(x, g.constant(1), Relation.LESS), near, outer);
  }
}
