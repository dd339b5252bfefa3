package org.openclip.models.timm;

import java.util.List;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.encoder.LayerGroup;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.Value;
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

  private final int rows;
  private final int columns;
  private final int patch;
  private final int width;
  private final int[] depths;
  private final int[] heads;
  private final SwinBlocks swin;
  private final double[][] drops;
  private final double headDrop;
  private final GridPool pool;
  private final int classes;

  SwinTrunk(Request request, ConfigReader reader) {
    patch = reader.positive("patch_size", 4);
    if (request.height() % patch != 0 || request.width() % patch != 0) {
      throw new InvalidConfigException(
          "vision_cfg.image_size",
          "is %s x %s, but must be a multiple of the patch size %s"
              .formatted(request.height(), request.width(), patch));
    }
    rows = request.height() / patch;
    columns = request.width() / patch;
    width = reader.positive("embed_dim", 96);
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
    int window = reader.positive("window_size", 7);
    boolean resized = resized(request, reader);
    swin =
        new SwinBlocks(
            resized ? Math.max(1, rows / WINDOWS_IN_A_RESIZED_PICTURE) : window,
            resized ? Math.max(1, columns / WINDOWS_IN_A_RESIZED_PICTURE) : window,
            reader.number("mlp_ratio", 4),
            reader.bool("qkv_bias", true));
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

  @Override
  public List<LayerGroup> layerGroups() {
    return TimmTrunk.stageGroups("patch_embed", "layers", depths, "norm.*");
  }

  @Override
  public Value encode(GraphBuilder g, Value pixels) {
    GraphBuilder embed = g.scope("patch_embed");
    Value x = Layers.convolution(embed, "proj", pixels, width, patch, patch, 0, 1, true);
    x = Layers.layerNorm(embed, "norm", Convolutions.channelsLast(g, x), EPSILON);
    for (int stage = 0; stage < depths.length; stage++) {
      GraphBuilder scope = g.scope("layers." + stage);
      x = stage == 0 ? x : SwinBlocks.merge(scope.scope("downsample"), x);
      for (int i = 0; i < depths[stage]; i++) {
        x = swin.block(scope.scope("blocks." + i), x, i % 2 == 1, heads[stage], drops[stage][i]);
      }
    }
    x = pool.encode(g, Layers.layerNorm(g, "norm", x, EPSILON), 1);
    x = g.dropout(x, headDrop);
    return classes == 0 ? x : TransformerBlocks.linear(g, "head.fc", x, classes, true);
  }

  @Override
  public Weights fit(Weights weights, String prefix) {
    Weights fitted = weights;
    int down = rows;
    int across = columns;
    for (int stage = 0; stage < depths.length; stage++) {
      SwinBlocks.Windows windows = swin.windows(down, across, false);
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
