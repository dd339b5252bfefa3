package org.openclip.models.timm;

import java.util.List;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.LayoutOp.Pad;
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.Tensor;

/**
 * The blocks of a Swin transformer (Liu et al. 2021, arXiv 2103.14030): attention within windows,
 * which every second block shifts, and the merging of neighbours between stages.
 *
 * @param windowHeight rows of a window
 * @param windowWidth columns of a window
 * @param ratio the width inside the perceptron, in widths
 * @param bias whether queries, keys and values have biases
 */
public record SwinBlocks(int windowHeight, int windowWidth, double ratio, boolean bias) {
  private static final double EPSILON = 1e-5;

  /**
   * The windows of one block.
   *
   * @param height rows of a window
   * @param width columns of a window
   * @param down rows that the windows are shifted by
   * @param across columns that they are shifted by
   */
  record Windows(int height, int width, int down, int across) {
    int area() {
      return height * width;
    }

    boolean shifted() {
      return down > 0 || across > 0;
    }
  }

  /** Returns the windows on a grid; one that covers a whole side is not shifted along it. */
  Windows windows(long rows, long columns, boolean shifted) {
    int height = Math.toIntExact(Math.min(rows, windowHeight));
    int across = Math.toIntExact(Math.min(columns, windowWidth));
    return new Windows(
        height,
        across,
        shifted && rows > height ? windowHeight / 2 : 0,
        shifted && columns > across ? windowWidth / 2 : 0);
  }

  /** Makes one of four neighbours, with twice the width. */
  public static Value merge(GraphBuilder g, Value input) {
    Value x = padded(g, input, 2, 2);
    Dim batch = x.shape().dim(0);
    Dim down = Dim.of(x.shape().size(1) / 2);
    Dim across = Dim.of(x.shape().size(2) / 2);
    long width = x.shape().size(3);
    Value pairs = g.reshape(x, batch, down, Dim.of(2), across, Dim.of(2), Dim.of(width));
    Value fours = g.transpose(pairs, 0, 1, 3, 4, 2, 5);
    Value wide = g.reshape(fours, batch, down, across, Dim.of(4 * width));
    Value normed = Layers.layerNorm(g, "norm", wide, EPSILON);
    return TransformerBlocks.linear(g, "reduction", normed, 2 * width, false);
  }

  /** Adds zeros behind rows and columns up to a multiple of a window. */
  private static Value padded(GraphBuilder g, Value x, int height, int width) {
    int down = Math.toIntExact(Math.floorMod(-x.shape().size(1), (long) height));
    int across = Math.toIntExact(Math.floorMod(-x.shape().size(2), (long) width));
    return down == 0 && across == 0
        ? x
        : g.add(new Pad(x, List.of(0, 0, 0, 0), List.of(0, down, across, 0), 0));
  }

  /**
   * Writes a block.
   *
   * @param x {@code [batch, rows, columns, width]}
   * @param shiftedBlock whether its windows are shifted
   * @param drop the rate at which its branches are dropped in training
   */
  public Value block(GraphBuilder g, Value x, boolean shiftedBlock, int heads, double drop) {
    Windows windows = windows(x.shape().size(1), x.shape().size(2), shiftedBlock);
    Value normed = Layers.layerNorm(g, "norm1", x, EPSILON);
    Value shifted = roll(g, roll(g, normed, 1, windows.down()), 2, windows.across());
    Value grid = padded(g, shifted, windows.height(), windows.width());
    Value attended = attention(g.scope("attn"), grid, windows, heads);
    attended = g.slice(attended, 1, 0, x.shape().size(1));
    attended = g.slice(attended, 2, 0, x.shape().size(2));
    attended = roll(g, roll(g, attended, 1, -windows.down()), 2, -windows.across());
    Value between = g.plus(x, g.dropPath(attended, drop));
    long width = x.shape().size(3);
    GraphBuilder mlp = g.scope("mlp");
    Value hidden = Layers.layerNorm(g, "norm2", between, EPSILON);
    hidden = TransformerBlocks.linear(mlp, "fc1", hidden, (long) (width * ratio), true);
    hidden = g.gelu(hidden, GeluForm.ERF);
    Value computed = TransformerBlocks.linear(mlp, "fc2", hidden, width, true);
    return g.plus(between, g.dropPath(computed, drop));
  }

  /** Moves all towards the front of an axis; what leaves in front comes in behind. */
  private static Value roll(GraphBuilder g, Value x, int axis, int by) {
    if (by == 0) {
      return x;
    }
    long size = x.shape().size(axis);
    long first = Math.floorMod((long) by, size);
    return g.concat(axis, g.slice(x, axis, first, size), g.slice(x, axis, 0, first));
  }

  private Value attention(GraphBuilder g, Value grid, Windows windows, int heads) {
    Dim batch = grid.shape().dim(0);
    Dim height = Dim.of(windows.height());
    Dim across = Dim.of(windows.width());
    Dim downCount = Dim.of(grid.shape().size(1) / windows.height());
    Dim acrossCount = Dim.of(grid.shape().size(2) / windows.width());
    Dim count = downCount.times(acrossCount);
    long width = grid.shape().size(3);
    Value cut = g.reshape(grid, batch, downCount, height, acrossCount, across, Dim.of(width));
    Value apart = g.transpose(cut, 0, 1, 3, 2, 4, 5);
    Value rows = g.reshape(apart, batch.times(count), Dim.of(windows.area()), Dim.of(width));
    List<Value> parts = g.split(TransformerBlocks.linear(g, "qkv", rows, 3 * width, bias), -1, 3);
    Value distances = new RelativeTable(windows.height(), windows.width(), heads).bias(g);
    Value context =
        g.attention(
            parts.get(0),
            parts.get(1),
            parts.get(2),
            windows.shifted() ? masked(g, distances, grid, windows) : distances,
            false,
            heads,
            1 / Math.sqrt((double) width / heads));
    Value projected = TransformerBlocks.linear(g, "proj", context, width, true);
    Value together =
        g.reshape(projected, batch, downCount, acrossCount, height, across, Dim.of(width));
    return g.reshape(
        g.transpose(together, 0, 1, 3, 2, 4, 5), grid.shape().dims().toArray(Dim[]::new));
  }

  /** Hides from each other what the shift has brought together, {@code [windows, heads, …]}. */
  private static Value masked(GraphBuilder g, Value distances, Value grid, Windows windows) {
    int rows = Math.toIntExact(grid.shape().size(1));
    int columns = Math.toIntExact(grid.shape().size(2));
    int area = windows.area();
    int count = rows * columns / area;
    float[] mask = new float[count * area * area];
    int across = columns / windows.width();
    for (int i = 0; i < mask.length; i++) {
      int window = i / area / area;
      int query = region(windows, window / across, window % across, i / area % area, rows, columns);
      int key = region(windows, window / across, window % across, i % area, rows, columns);
      mask[i] = query == key ? 0 : Float.NEGATIVE_INFINITY;
    }
    Dim heads = distances.shape().dim(1);
    Dim side = Dim.of(area);
    Value hidden = g.constant(Tensor.of(mask, 1, count, 1, area, area));
    Value sum = g.plus(g.unsqueeze(distances, 1), hidden);
    Dim batch = grid.shape().dim(0);
    Value each = g.broadcast(sum, batch, Dim.of(count), heads, side, side);
    return g.reshape(each, batch.times(Dim.of(count)), heads, side, side);
  }

  /** Returns the number of the region, of up to nine, that a patch of a window comes from. */
  private static int region(
      Windows windows, int down, int across, int patch, int rows, int columns) {
    int row = down * windows.height() + patch / windows.width();
    int column = across * windows.width() + patch % windows.width();
    return 3 * region(row, rows, windows.height(), windows.down())
        + region(column, columns, windows.width(), windows.across());
  }

  private static int region(int at, int size, int window, int shift) {
    if (shift == 0 || at < size - window) {
      return 0;
    }
    return at < size - shift ? 1 : 2;
  }
}
