package org.openclip.models.timm;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.encoder.LayerGroup;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.Value;
import org.openclip.api.image.ResizeFilter;
import org.openclip.models.attention.ValidPatches;
import org.openclip.models.timm.TransformerBlocks.Perceptron;
import org.openclip.models.timm.TransformerBlocks.Positions;
import org.openclip.models.timm.TransformerBlocks.Projection;

/**
 * NaFlex: a vision transformer for pictures of any size and shape (Dehghani et al. 2023, NaViT,
 * arXiv 2307.06304; Beyer et al. 2022, FlexiViT, arXiv 2212.08013), as in SigLIP 2 (Tschannen et
 * al. 2025, arXiv 2502.14786). A picture is a list of patches, each with its row and column; a
 * batch is as long as its longest list, and attention does not see what fills up the others.
 */
final class NaFlexTrunk implements TimmTrunk {
  private final int gridHeight;
  private final int gridWidth;
  private final int patch;
  private final NaFlexPositions positions;
  private final TransformerBlocks blocks;
  private final boolean classToken;
  private final int registers;
  private final boolean normBefore;
  private final boolean normAfter;
  private final boolean normAfterPool;
  private final boolean poolPrefix;
  private final String pool;
  private final int poolHeads;
  private final double poolRatio;
  private final int classes;

  NaFlexTrunk(Request request, ConfigReader reader) {
    int width = reader.positive("embed_dim", 768);
    patch = reader.positive("patch_size", 16);
    if (request.height() % patch != 0 || request.width() % patch != 0) {
      throw new InvalidConfigException(
          "vision_cfg.image_size",
          "is %s x %s, but must be a multiple of the patch size %s"
              .formatted(request.height(), request.width(), patch));
    }
    gridHeight = request.height() / patch;
    gridWidth = request.width() / patch;
    positions = table(reader);
    String own = reader.choice("global_pool", "map", TrunkOptions.POOLS);
    String created = TrunkOptions.createdPool(request, own);
    pool = TrunkOptions.pool(request, own);
    int heads = TrunkOptions.heads(reader, width, 12);
    double ratio = reader.number("mlp_ratio", 4);
    boolean gated = reader.bool("swiglu_mlp", false);
    boolean bias = reader.bool("qkv_bias", true);
    Projection withBias = gated ? Projection.FUSED_NO_KEY_BIAS : Projection.FUSED;
    double layerScale = reader.number("init_values", 0);
    blocks =
        new TransformerBlocks(
            width,
            reader.positive("depth", 12),
            heads,
            (int) (width * ratio),
            reader.number("norm_eps", 1e-6),
            bias ? withBias : Projection.FUSED_NO_BIAS,
            false,
            gated ? Perceptron.SWIGLU_PACKED : Perceptron.GELU,
            TrunkOptions.activation(reader),
            false,
            false,
            false,
            layerScale == 0 ? null : layerScale,
            gated ? TransformerBlocks.EVA_LAYER_SCALES : TransformerBlocks.VIT_LAYER_SCALES,
            TrunkOptions.dropPath(request, reader, 0));
    classToken = reader.bool("class_token", false);
    registers = reader.integer("reg_tokens", 0);
    normBefore = reader.bool("pre_norm", false);
    boolean finalNorm = reader.bool("final_norm", true);
    normAfter = finalNorm && !reader.bool("fc_norm", false);
    normAfterPool = finalNorm && reader.bool("fc_norm", created.equals("avg"));
    poolPrefix = reader.bool("pool_include_prefix", false);
    poolHeads = reader.positive("attn_pool_num_heads", heads);
    poolRatio = reader.number("attn_pool_mlp_ratio", ratio);
    classes = request.classes();
    // Patches of other sizes are converted before they reach the trunk.
    reader.ignore("weight_init", "fix_init", "enable_patch_interpolator");
    reader.finish();
    if (pool.equals("token") && !classToken) {
      throw new InvalidConfigException(
          "vision_cfg.timm_pool", "is token, but " + request.name() + " has no class token");
    }
    if (request.patchDrop() > 0) {
      throw new InvalidConfigException(
          "vision_cfg.patch_dropout", "is not supported for NaFlex towers; set it to 0");
    }
  }

  private static NaFlexPositions table(ConfigReader reader) {
    double[] grid = reader.numbers("pos_embed_grid_size");
    ResizeFilter filter = TrunkOptions.interpolation(reader);
    if (grid == null) {
      return new NaFlexPositions(16, 16, filter);
    }
    if (grid.length != 2 || grid[0] < 1 || grid[1] < 1) {
      throw new InvalidConfigException(
          reader.at("pos_embed_grid_size"), "must be [rows, columns], each at least 1");
    }
    return new NaFlexPositions((int) grid[0], (int) grid[1], filter);
  }

  /** Returns the side of a patch, in pixels. */
  int patchSize() {
    return patch;
  }

  /** Returns the filter that resamples positions and patches. */
  ResizeFilter filter() {
    return positions.filter();
  }

  private int prefix() {
    return (classToken ? 1 : 0) + registers;
  }

  @Override
  public List<LayerGroup> layerGroups() {
    return TimmTrunk.transformerGroups("embeds.*", blocks.depth());
  }

  @Override
  public Value encode(GraphBuilder g, Value pixels) {
    Dim batch = pixels.shape().dim(0);
    Dim side = Dim.of(patch);
    Dim down = Dim.of(gridHeight);
    Dim across = Dim.of(gridWidth);
    Value cut = g.reshape(pixels, batch, Dim.of(3), down, side, across, side);
    Value lists = g.transpose(cut, 0, 2, 4, 3, 5, 1);
    Dim number = Dim.of((long) gridHeight * gridWidth);
    Value patches = g.reshape(lists, batch, number, Dim.of(3L * patch * patch));
    GraphBuilder embeds = g.scope("embeds");
    Value place = positions.fixed(g, table(embeds), gridHeight, gridWidth);
    return encode(g, g.plus(project(embeds, patches), place), null);
  }

  /**
   * Writes the trunk for pictures that each have a grid of their own.
   *
   * @param g a builder in the trunk's scope
   * @param patches {@code float[batch, length, patch * patch * 3]}: rows, columns, channels,
   *     normalised; zeros behind a picture's last
   * @param coordinates {@code int64[batch, length, 2]}: row and column of each patch; zeros behind
   *     a picture's last
   * @param valid {@code bool[batch, length]}: whether there is a patch
   */
  Value encode(GraphBuilder g, Value patches, Value coordinates, Value valid) {
    GraphBuilder embeds = g.scope("embeds");
    Value place = positions.varying(g, table(embeds), coordinates);
    return encode(g, g.plus(project(embeds, patches), place), valid);
  }

  private Value project(GraphBuilder embeds, Value patches) {
    return TransformerBlocks.linear(embeds, "proj", patches, blocks.width(), !normBefore);
  }

  private Value table(GraphBuilder embeds) {
    return embeds.parameter(
        "pos_embed",
        new Initializer.Normal(0.02),
        1,
        positions.rows(),
        positions.columns(),
        blocks.width());
  }

  private Value encode(GraphBuilder g, Value placed, @Nullable Value valid) {
    GraphBuilder embeds = g.scope("embeds");
    Dim batch = placed.shape().dim(0);
    Value x = placed;
    if (registers > 0) {
      x = g.concat(1, token(embeds, "reg_token", registers, batch), x);
    }
    if (classToken) {
      x = g.concat(1, token(embeds, "cls_token", 1, batch), x);
    }
    if (normBefore) {
      x = Layers.layerNorm(g, "norm_pre", x, blocks.epsilon());
    }
    @Nullable Value hidden = valid == null ? null : new ValidPatches(valid).keyMask(g, prefix());
    x = blocks.encode(g, x, hidden == null ? Positions.NONE : Positions.masked(hidden));
    if (normAfter) {
      x = Layers.layerNorm(g, "norm", x, blocks.epsilon());
    }
    x = pool(g, x, valid);
    if (normAfterPool) {
      x = Layers.layerNorm(g, "fc_norm", x, blocks.epsilon());
    }
    return classes == 0 ? x : TransformerBlocks.linear(g, "head", x, classes, true);
  }

  private Value token(GraphBuilder embeds, String name, int count, Dim batch) {
    Value token = embeds.parameter(name, new Initializer.Normal(1e-6), 1, count, blocks.width());
    return embeds.broadcast(token, batch, Dim.of(count), Dim.of(blocks.width()));
  }

  private Value pool(GraphBuilder g, Value x, @Nullable Value valid) {
    int skipped = poolPrefix ? 0 : prefix();
    Value rows = g.slice(x, 1, Dim.of(skipped), x.shape().dim(1));
    return switch (pool) {
      case "token" -> g.select(x, 1, Dim.of(0));
      case "map" ->
          new LatentAttentionPool(
                  poolHeads, (int) (blocks.width() * poolRatio), blocks.gelu(), blocks.epsilon())
              .encode(
                  g.scope("attn_pool"),
                  rows,
                  valid == null ? null : new ValidPatches(valid).keyMask(g, prefix() - skipped));
      case "avg" ->
          valid == null
              ? g.reduce(rows, Reduction.MEAN, 1)
              : new ValidPatches(valid).mean(g, rows, prefix() - skipped);
      default -> x;
    };
  }
}
