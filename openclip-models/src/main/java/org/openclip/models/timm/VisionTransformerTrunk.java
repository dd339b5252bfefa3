package org.openclip.models.timm;

import java.util.List;
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
import org.openclip.api.tensor.Weights;
import org.openclip.models.timm.TransformerBlocks.Perceptron;
import org.openclip.models.timm.TransformerBlocks.Positions;
import org.openclip.models.timm.TransformerBlocks.Projection;

/**
 * timm's vision transformer (Dosovitskiy et al. 2020, arXiv 2010.11929; Steiner et al. 2021, arXiv
 * 2106.10270): the image tower of SigLIP (Zhai et al. 2023, arXiv 2303.15343), SigLIP 2 (Tschannen
 * et al. 2025, arXiv 2502.14786) and TIPSv2 (Cao et al. 2026, arXiv 2604.12012) and, behind
 * convolutional stems, MobileCLIP-B (Vasu et al. 2023, arXiv 2311.17049) and ViTamin (Chen et al.
 * 2024, arXiv 2404.02132).
 */
final class VisionTransformerTrunk implements TimmTrunk {
  private final TokenEmbedding tokens;
  private final TransformerBlocks blocks;
  private final boolean normBefore;
  private final boolean finalNorm;
  private final boolean normAfterPool;
  private final boolean poolPrefix;
  private final int relativeHidden;
  private final String pool;
  private final int classes;
  private final double patchDrop;
  private final ResizeFilter interpolation;

  VisionTransformerTrunk(Request request, ConfigReader reader) {
    int width = reader.positive("embed_dim", 768);
    normBefore = reader.bool("pre_norm", false);
    tokens =
        new TokenEmbedding(
            PatchStem.of(reader, request.height(), request.width(), width, !normBefore),
            reader.bool("class_token", true),
            reader.integer("reg_tokens", 0),
            reader.choice("pos_embed", "learn", List.of("learn", "none", "")).equals("learn"),
            reader.bool("no_embed_class", false),
            new Initializer.Normal(1e-6));
    String own = reader.choice("global_pool", "token", TrunkOptions.POOLS);
    String created = TrunkOptions.createdPool(request, own);
    pool = TrunkOptions.pool(request, own);
    int heads = TrunkOptions.heads(reader, width, 12);
    double epsilon = reader.number("norm_eps", 1e-6);
    double layerScale = reader.number("init_values", 0);
    Perceptron perceptron = perceptron(reader);
    // timm counts gate and value of a packed SwiGLU together.
    int hidden =
        (int) (width * reader.number("mlp_ratio", 4))
            / (perceptron == Perceptron.SWIGLU_PACKED ? 2 : 1);
    blocks =
        new TransformerBlocks(
            width,
            reader.positive("depth", 12),
            heads,
            hidden,
            epsilon,
            reader.bool("qkv_bias", true) ? Projection.FUSED : Projection.FUSED_NO_BIAS,
            false,
            perceptron,
            TrunkOptions.activation(reader),
            false,
            false,
            false,
            layerScale == 0 ? null : layerScale,
            TransformerBlocks.VIT_LAYER_SCALES,
            reader.bool("fix_init", false),
            TrunkOptions.dropPath(request, reader, 0));
    finalNorm = reader.bool("final_norm", true);
    normAfterPool = reader.bool("fc_norm", List.of("avg", "avgmax", "max").contains(created));
    poolPrefix = reader.bool("pool_include_prefix", false);
    relativeHidden = reader.integer("rel_pos_dim", 0);
    patchDrop = TrunkOptions.rate(reader, "patch_drop_rate", request.patchDrop());
    interpolation = TrunkOptions.interpolation(reader);
    classes = request.classes();
    reader.ignore("dynamic_img_size", "weight_init");
    reader.finish();
    if (pool.equals("token") && !tokens.classToken()) {
      throw new InvalidConfigException(
          "vision_cfg.timm_pool", "is token, but " + request.name() + " has no class token");
    }
  }

  private static Perceptron perceptron(ConfigReader reader) {
    if (reader.bool("swiglu_mlp", false)) {
      return Perceptron.SWIGLU_PACKED;
    }
    return reader.bool("geglu_mlp", false) ? Perceptron.GEGLU : Perceptron.GELU;
  }

  @Override
  public List<LayerGroup> layerGroups() {
    return TimmTrunk.transformerGroups(
        "(cls_token|reg_token|pos_embed|patch_embed).*", blocks.depth());
  }

  @Override
  public Value encode(GraphBuilder g, Value pixels) {
    Value x = g.patchDropout(tokens.encode(g, pixels), patchDrop, tokens.prefix());
    if (normBefore) {
      x = Layers.layerNorm(g, "norm_pre", x, blocks.epsilon());
    }
    x = blocks.encode(g, x, relativePositions(g));
    if (finalNorm && !normAfterPool) {
      x = Layers.layerNorm(g, "norm", x, blocks.epsilon());
    }
    x = pool(g, x);
    if (finalNorm && normAfterPool) {
      x = Layers.layerNorm(g, "fc_norm", x, blocks.epsilon());
    }
    return classes == 0 ? x : TransformerBlocks.linear(g, "head", x, classes, true);
  }

  private Positions relativePositions(GraphBuilder g) {
    if (relativeHidden == 0) {
      return Positions.NONE;
    }
    PatchStem stem = tokens.stem();
    return new RelativePositions(
            stem.gridHeight(), stem.gridWidth(), tokens.prefix(), blocks.heads(), relativeHidden)
        .in(g);
  }

  private Value pool(GraphBuilder g, Value x) {
    Value patches = poolPrefix ? x : tokens.patches(g, x);
    return switch (pool) {
      case "token" -> g.select(x, 1, Dim.of(0));
      case "avg" -> g.reduce(patches, Reduction.MEAN, 1);
      case "max" -> g.reduce(patches, Reduction.MAX, 1);
      case "avgmax" -> {
        Value largest = g.reduce(patches, Reduction.MAX, 1);
        Value sum = g.plus(largest, g.reduce(patches, Reduction.MEAN, 1));
        yield g.times(sum, g.constant(0.5));
      }
      case "map" ->
          new LatentAttentionPool(blocks.heads(), blocks.hidden(), blocks.gelu(), blocks.epsilon())
              .encode(g.scope("attn_pool"), patches, null);
      default -> x;
    };
  }

  @Override
  public Weights fit(Weights weights, String prefix) {
    return tokens.fit(weights, prefix, interpolation);
  }
}
