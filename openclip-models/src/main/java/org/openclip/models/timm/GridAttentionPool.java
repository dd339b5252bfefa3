package org.openclip.models.timm;

import java.util.List;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.Value;
import org.openclip.api.image.ResizeFilter;
import org.openclip.models.attention.RotaryGrid;

/**
 * A pooling of a grid of features by attention, in which their mean is the query, as at the end of
 * CLIP's ResNets (Radford et al. 2021, arXiv 2103.00020); {@code timm_pool} abs_attn and rot_attn.
 *
 * @param side the side of the grid that learnt positions are for; they are interpolated to others
 * @param rotary whether positions are turned into queries and keys instead (Su et al. 2021, arXiv
 *     2104.09864)
 * @param out the width of the result
 */
record GridAttentionPool(int side, boolean rotary, int out) {
  private static final int HEAD_WIDTH = 64;
  private static final int ROTARY_SIDE = 7;

  /**
   * Writes the pool.
   *
   * @param grid {@code [batch, width, rows, columns]}, the width a multiple of 64
   * @return {@code [batch, out]}
   */
  Value encode(GraphBuilder g, Value grid) {
    long width = grid.shape().size(1);
    int rows = Math.toIntExact(grid.shape().size(2));
    int columns = Math.toIntExact(grid.shape().size(3));
    Dim batch = grid.shape().dim(0);
    Dim pixels = Dim.of((long) rows * columns);
    Value list = g.transpose(g.reshape(grid, batch, Dim.of(width), pixels), 0, 2, 1);
    Value x = g.concat(1, g.reduce(list, Reduction.MEAN, true, 1), list);
    if (!rotary) {
      x = g.plus(x, positions(g, width, rows, columns));
    }
    Initializer normal = new Initializer.Normal(Math.pow((double) width, -0.5));
    GraphBuilder qkv = g.scope("qkv");
    Value weight = qkv.parameter("weight", normal, 3 * width, width);
    Value bias = qkv.parameter("bias", Initializer.ZEROS, 3 * width);
    List<Value> parts = g.split(g.linear(x, weight, bias), -1, 3);
    TransformerBlocks.Positions turns =
        rotary
            ? TransformerBlocks.Positions.turned(
                new RotaryGrid(rows, columns, 1, HEAD_WIDTH, 0, false, 10000, ROTARY_SIDE).turn(g))
            : TransformerBlocks.Positions.NONE;
    Value attended =
        g.attention(
            turns.rotate(parts.get(0)),
            turns.rotate(parts.get(1)),
            parts.get(2),
            null,
            false,
            Math.toIntExact(width / HEAD_WIDTH),
            1 / Math.sqrt(HEAD_WIDTH));
    return g.select(Layers.linear(g, "proj", attended, out), 1, Dim.of(0));
  }

  private Value positions(GraphBuilder g, long width, int rows, int columns) {
    Initializer normal = new Initializer.Normal(Math.pow((double) width, -0.5));
    long cells = (long) side * side;
    Value table = g.parameter("pos_embed", normal, cells + 1, width);
    Value cut = g.slice(table, 0, 1, cells + 1);
    Value square = g.reshape(cut, Dim.of(1), Dim.of(side), Dim.of(side), Dim.of(width));
    Value fitted =
        new NaFlexPositions(side, side, ResizeFilter.BICUBIC).fixed(g, square, rows, columns);
    return g.concat(0, g.slice(table, 0, 0, 1), fitted);
  }
}
