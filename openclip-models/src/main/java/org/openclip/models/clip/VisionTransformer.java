package org.openclip.models.clip;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.encoder.Encoded;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.encoder.ImageEncoder;
import org.openclip.api.encoder.LayerGroup;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.NeuralOp.Convolution;
import org.openclip.api.graph.NeuralOp.Pads;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.Weights;

/**
 * CLIP's vision transformer (Radford et al. 2021, arXiv 2103.00020; Dosovitskiy et al. 2020, arXiv
 * 2010.11929): patches and a class token, learnt positions, a layer norm before and after the
 * blocks, a pooling, and a projection into the joint space.
 */
final class VisionTransformer implements ImageEncoder {
  private final int height;
  private final int width;
  private final int patchHeight;
  private final int patchWidth;
  private final BlockConfig blocks;
  private final int embedDim;
  private final double patchDropout;
  private final boolean normBefore;
  private final boolean fixedPositions;
  private final String pool;
  private final boolean normAfterPool;
  private final @Nullable AttentionalPooler pooler;

  VisionTransformer(EncoderContext context) {
    ConfigReader reader = new ConfigReader("vision_cfg", context.config());
    reader.ignore("encoder", "image_seq_len", "output_tokens");
    // These describe towers of timm; without a timm_model_name the reference does not read them.
    reader.ignore(
        "timm_model_name",
        "timm_model_pretrained",
        "timm_pool",
        "timm_proj",
        "timm_proj_bias",
        "timm_drop",
        "timm_drop_path",
        "timm_model_kwargs");
    int[] image = Sides.of(reader, "image_size", 224);
    int[] patch = Sides.of(reader, "patch_size", 16);
    height = image[0];
    width = image[1];
    patchHeight = patch[0];
    patchWidth = patch[1];
    int modelWidth = reader.integer("width", 768);
    int headWidth = reader.integer("head_width", 64);
    BlockConfig.positive(reader, "head_width", headWidth);
    blocks =
        BlockConfig.of(
            reader,
            modelWidth,
            reader.integer("layers", 12),
            modelWidth / headWidth,
            context.quickGelu());
    embedDim = context.embedDim();
    patchDropout = reader.number("patch_dropout", 0);
    if (patchDropout < 0 || patchDropout >= 1) {
      throw new InvalidConfigException(
          reader.at("patch_dropout"), "is " + patchDropout + ", but must be from 0 to below 1");
    }
    normBefore = !reader.bool("no_ln_pre", false);
    fixedPositions =
        reader
            .choice("pos_embed_type", "learnable", List.of("learnable", "sin_cos_2d"))
            .equals("sin_cos_2d");
    pool = reader.choice("pool_type", "tok", List.of("tok", "avg", "none"));
    normAfterPool = reader.bool("final_ln_after_pool", false);
    int queries = reader.integer("attn_pooler_queries", 256);
    int poolerHeads = reader.integer("attn_pooler_heads", 8);
    pooler =
        reader.bool("attentional_pool", false)
            ? new AttentionalPooler(queries, poolerHeads, embedDim)
            : null;
    reader.finish();
    if (fixedPositions && (gridHeight() != gridWidth() || modelWidth % 4 != 0)) {
      throw new InvalidConfigException(
          "vision_cfg.pos_embed_type",
          "sin_cos_2d needs a square picture and a width divisible by 4");
    }
  }

  private int gridHeight() {
    return height / patchHeight;
  }

  private int gridWidth() {
    return width / patchWidth;
  }

  @Override
  public int height() {
    return height;
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public Encoded encode(GraphBuilder g, Value pixels) {
    Value sequence = embed(g, pixels);
    Transformer transformer = new Transformer(blocks, Transformer.Weighting.plain(blocks.width()));
    GraphBuilder scope = g.scope("transformer");
    return pool(g, transformer.encode(scope, sequence, null, false));
  }

  /** Returns patches with class token and positions, {@code [batch, 1 + patches, width]}. */
  private Value embed(GraphBuilder g, Value pixels) {
    int channels = blocks.width();
    Initializer normal = new Initializer.Normal(Math.pow(channels, -0.5));
    Dim patches = Dim.of((long) gridHeight() * gridWidth());
    Value filters =
        g.scope("conv1")
            .parameter(
                "weight",
                Layers.uniform(3L * patchHeight * patchWidth),
                channels,
                3,
                patchHeight,
                patchWidth);
    Value grid =
        g.add(new Convolution(pixels, filters, null, patchHeight, patchWidth, Pads.NONE, 1));
    Value sequence = g.transpose(g.reshape(grid, Dim.BATCH, Dim.of(channels), patches), 0, 2, 1);
    Value token = g.parameter("class_embedding", normal, channels);
    Value x = g.concat(1, g.broadcast(token, Dim.BATCH, Dim.of(1), Dim.of(channels)), sequence);
    long positions = patches.size() + 1;
    Value embedding =
        fixedPositions
            ? g.buffer(
                "positional_embedding",
                new Initializer.Table(PositionalEmbeddings.sinCosGrid(channels, gridWidth())),
                positions,
                channels)
            : g.parameter("positional_embedding", normal, positions, channels);
    x = g.patchDropout(g.plus(x, embedding), patchDropout, 1);
    return normBefore ? Layers.layerNorm(g, "ln_pre", x, blocks.epsilon()) : x;
  }

  private Encoded pool(GraphBuilder g, Value sequence) {
    if (pooler != null) {
      return pooled(g, norm(g, pooler.encode(g.scope("attn_pool"), sequence)), false);
    }
    return normAfterPool ? pooled(g, sequence, true) : pooled(g, norm(g, sequence), false);
  }

  private Encoded pooled(GraphBuilder g, Value x, boolean normAfterwards) {
    Dim length = x.shape().dim(1);
    Value others = g.slice(x, 1, Dim.of(1), length);
    Value features =
        switch (pool) {
          case "tok" -> first(g, x);
          case "avg" -> g.reduce(others, Reduction.MEAN, 1);
          default -> x;
        };
    Value tokens = pool.equals("none") ? x : others;
    return new Encoded(project(g, normAfterwards ? norm(g, features) : features), tokens);
  }

  private Value norm(GraphBuilder g, Value x) {
    return Layers.layerNorm(g, "ln_post", x, blocks.epsilon());
  }

  private static Value first(GraphBuilder g, Value x) {
    return g.select(x, 1, Dim.of(0));
  }

  private Value project(GraphBuilder g, Value features) {
    long in = features.shape().size(-1);
    Initializer normal = new Initializer.Normal(Math.pow(blocks.width(), -0.5));
    return g.matMul(features, g.parameter("proj", normal, in, embedDim));
  }

  /** An attention pool belongs to none, as in the reference. */
  @Override
  public List<LayerGroup> layerGroups() {
    String first = "conv1\\..*|class_embedding|positional_embedding|ln_pre\\..*";
    List<LayerGroup> groups = new ArrayList<>();
    groups.add(LayerGroup.of(LayerGroup.EMBEDDINGS, first));
    groups.addAll(LayerGroup.blocks("transformer.resblocks", blocks.layers(), "ln_post\\..*"));
    groups.add(LayerGroup.of(LayerGroup.PROJECTION, "proj"));
    return groups;
  }

  @Override
  public Weights fit(Weights weights, String prefix) {
    return PositionalEmbeddings.fitGrid(
        weights, prefix + "positional_embedding", 1, gridHeight(), gridWidth());
  }
}
