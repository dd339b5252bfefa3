package org.openclip.models.timm;

import java.util.List;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.encoder.LayerGroup;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.LayoutOp.Pad;
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/**
 * Swin Transformer (Liu et al. 2021, arXiv 2103.14030): patches attend to each other within
 * windows, which every second block shifts by half a window; from stage to stage four neighbours
 * become one. Grids are {@code [batch, rows, columns, width]}.
 */
final class SwinTrunk implements TimmTrunk {
  private static final double EPSILON = 1e-5;
  private static final double OWN_DROP_PATH = 0.1;
  private static final int WINDOWS_IN_A_RESIZED_PICTURE = 8;
  private static final Initializer NORMAL = new Initializer.TruncatedNormal(0.02);

  private final int rows;
  private final int columns;
  private final int patch;
  private final int width;
  private final int[] depths;
  private final int[] heads;
  private final int windowHeight;
  private final int windowWidth;
  private final double ratio;
  private final boolean bias;
  private final double[][] drops;
  private final double headDrop;
  private final GridPool pool;
  private final int classes;

  SwinTrunk(Request request, ConfigReader reader) {
    patch = TrunkOptions.positive(reader, "patch_size", 4);
    if (request.height() % patch != 0 || request.width() % patch != 0) {
      throw new InvalidConfigException(
          "vision_cfg.image_size",
          "is %s x %s, but must be a multiple of the patch size %s"
              .formatted(request.height(), request.width(), patch));
    }
    rows = request.height() / patch;
    columns = request.width() / patch;
    width = TrunkOptions.positive(reader, "embed_dim", 96);
    depths = TrunkOptions.stages(reader, "depths");
    heads = TrunkOptions.stages(reader, "num_heads", depths.length, 0);
    for (int i = 0; i < heads.length; i++) {
      if ((width << i) % heads[i] != 0) {
        throw new InvalidConfigException(
            reader.at("num_heads"),
            "is %s in stage %s, which does not divide the width %s"
                .formatted(heads[i], i, width << i));
      }
    }
    int window = TrunkOptions.positive(reader, "window_size", 7);
    boolean resized = resized(request, reader);
    windowHeight = resized ? Math.max(1, rows / WINDOWS_IN_A_RESIZED_PICTURE) : window;
    windowWidth = resized ? Math.max(1, columns / WINDOWS_IN_A_RESIZED_PICTURE) : window;
    ratio = reader.number("mlp_ratio", 4);
    bias = reader.bool("qkv_bias", true);
    drops = TrunkOptions.dropPaths(TrunkOptions.dropPath(request, reader, OWN_DROP_PATH), depths);
    headDrop = TrunkOptions.rate(reader, "drop_rate", 0);
    pool = GridPool.of(request);
    classes = request.classes();
    reader.finish();
    TrunkOptions.noPatchDrop(request);
  }

  /**
   * Returns whether the pictures have another size than the model was made for, which changes the
   * windows as well unless their size is given.
   */
  private static boolean resized(Request request, ConfigReader reader) {
    if (request.options().containsKey("window_size")) {
      return false;
    }
    if (reader.value("img_size") instanceof List<?>) {
      double[] sides = reader.numbers("img_size");
      return sides == null
          || sides.length != 2
          || sides[0] != request.height()
          || sides[1] != request.width();
    }
    int side = reader.integer("img_size", 224);
    return side != request.height() || side != request.width();
  }

  /**
   * The windows of one block.
   *
   * @param height rows of a window
   * @param width columns of a window
   * @param down rows that the windows are shifted by
   * @param across columns that they are shifted by
   */
  private record Windows(int height, int width, int down, int across) {
    int area() {
      return height * width;
    }

    boolean shifted() {
      return down > 0 || across > 0;
    }
  }

  /** Returns the windows on a grid; one that covers a whole side is not shifted along it. */
  private Windows windows(long rows, long columns, boolean shifted) {
    int height = Math.toIntExact(Math.min(rows, windowHeight));
    int across = Math.toIntExact(Math.min(columns, windowWidth));
    return new Windows(
        height,
        across,
        shifted && rows > height ? windowHeight / 2 : 0,
        shifted && columns > across ? windowWidth / 2 : 0);
  }

  @Override
  public List<LayerGroup> layerGroups() {
    return TimmTrunk.stageGroups("patch_embed", "layers", depths, "norm.*");
  }

  @Override
  public Value encode(GraphBuilder g, Value pixels) {
    GraphBuilder embed = g.scope("patch_embed");
    Value x = Convolutions.tiles(embed, "proj", pixels, width, patch, NORMAL);
    x = Layers.layerNorm(embed, "norm", Convolutions.channelsLast(g, x), EPSILON);
    for (int stage = 0; stage < depths.length; stage++) {
      GraphBuilder scope = g.scope("layers." + stage);
      x = stage == 0 ? x : merge(scope.scope("downsample"), x);
      for (int i = 0; i < depths[stage]; i++) {
        Windows windows = windows(x.shape().size(1), x.shape().size(2), i % 2 == 1);
        x = block(scope.scope("blocks." + i), x, windows, heads[stage], drops[stage][i]);
      }
    }
    x = pool.encode(g, Layers.layerNorm(g, "norm", x, EPSILON), 1);
    x = g.dropout(x, headDrop);
    return classes == 0 ? x : TransformerBlocks.linear(g, "head.fc", x, classes, true);
  }

  /** Makes one of four neighbours, with twice the width. */
  private static Value merge(GraphBuilder g, Value input) {
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

  private Value block(GraphBuilder g, Value x, Windows windows, int heads, double drop) {
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

  @Override
  public Weights fit(Weights weights, String prefix) {
    Weights fitted = weights;
    int down = rows;
    int across = columns;
    for (int stage = 0; stage < depths.length; stage++) {
      Windows windows = windows(down, across, false);
      for (int i = 0; i < depths[stage]; i++) {
        String scope = "%slayers.%s.blocks.%s.attn.".formatted(prefix, stage, i);
        fitted = RelativeTable.fit(fitted, scope, windows.height(), windows.width());
      }
      down = (down + 1) / 2;
      across = (across + 1) / 2;
    }
    return fitted;
  }
}
