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
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.Weights;
import org.openclip.models.attention.RotaryGrid;
import org.openclip.models.timm.TransformerBlocks.Perceptron;
import org.openclip.models.timm.TransformerBlocks.Positions;
import org.openclip.models.timm.TransformerBlocks.Projection;

/**
 * EVA (Fang et al. 2022, arXiv 2211.07636) and EVA-02 with rotary positions, SwiGLU and sub-norms
 * (Fang et al. 2023, arXiv 2303.11331), the image towers of EVA-CLIP (Sun et al. 2023, arXiv
 * 2303.15389); and the Perception Encoder (Bolya et al. 2025, arXiv 2504.13181).
 */
final class EvaTrunk implements TimmTrunk {
  private final TokenEmbedding tokens;
  private final TransformerBlocks blocks;
  private final boolean rotary;
  private final RotaryGrid rotation;
  private final boolean normBefore;
  private final boolean normAfter;
  private final boolean normAfterPool;
  private final String pool;
  private final int poolHeads;
  private final double poolRatio;
  private final int classes;
  private final double patchDrop;
  private final double headScale;

  EvaTrunk(Request request, ConfigReader reader) {
    int width = reader.positive("embed_dim", 768);
    normBefore = reader.bool("use_pre_transformer_norm", false);
    PatchStem stem = PatchStem.of(reader, request.height(), request.width(), width, !normBefore);
    tokens =
        new TokenEmbedding(
            stem,
            reader.bool("class_token", true),
            reader.integer("num_reg_tokens", 0),
            reader.bool("use_abs_pos_emb", true),
            reader.bool("no_embed_class", false),
            new Initializer.Normal(0.02));
    String own = reader.choice("global_pool", "avg", TrunkOptions.POOLS);
    pool = TrunkOptions.pool(request, own);
    normAfterPool =
        reader.bool("use_fc_norm", TrunkOptions.createdPool(request, own).equals("avg"));
    normAfter = reader.bool("use_post_transformer_norm", !normAfterPool);
    int heads = TrunkOptions.heads(reader, width, 12);
    double ratio = reader.number("mlp_ratio", 4);
    blocks = blocks(request, reader, width, heads, ratio);
    rotary = reader.bool("use_rot_pos_emb", false);
    rotation =
        new RotaryGrid(
            stem.gridHeight(),
            stem.gridWidth(),
            tokens.prefix(),
            width / heads,
            reader.number("rope_grid_offset", 0),
            reader.choice("rope_grid_indexing", "ij", List.of("ij", "xy")).equals("xy"),
            reader.number("rope_temperature", 10000),
            reader.integer("ref_feat_shape", 0));
    if (rotary && width / heads % 4 != 0) {
      throw new InvalidConfigException(
          reader.at("num_heads"),
          "gives a head width of %s, but rotary position embeddings need a multiple of 4"
              .formatted(width / heads));
    }
    poolHeads = reader.positive("attn_pool_num_heads", heads);
    poolRatio = reader.number("attn_pool_mlp_ratio", ratio);
    patchDrop = TrunkOptions.rate(reader, "patch_drop_rate", request.patchDrop());
    classes = request.classes();
    headScale = reader.number("head_init_scale", 0.001);
    reader.ignore("dynamic_img_size");
    reader.finish();
    if (pool.equals("map") && width % poolHeads != 0) {
      throw new InvalidConfigException(
          reader.at("attn_pool_num_heads"),
          "is " + poolHeads + ", which does not divide the width " + width);
    }
    if (rotary && patchDrop > 0) {
      throw new InvalidConfigException(
          "vision_cfg.patch_dropout",
          "is "
              + patchDrop
              + ", but patch dropout is not supported with rotary position embeddings; set it to"
              + " 0");
    }
  }

  private static TransformerBlocks blocks(
      Request request, ConfigReader reader, int width, int heads, double ratio) {
    boolean gated = reader.bool("swiglu_mlp", false);
    boolean normHidden = reader.bool("scale_mlp", false);
    Perceptron plain = Perceptron.GELU;
    Perceptron glu = normHidden ? Perceptron.SWIGLU : Perceptron.SWIGLU_PACKED;
    double layerScale = reader.number("init_values", 0);
    return new TransformerBlocks(
        width,
        reader.positive("depth", 12),
        heads,
        (int) (width * ratio),
        reader.number("norm_eps", 1e-6),
        projection(reader),
        false,
        gated ? glu : plain,
        GeluForm.ERF,
        reader.bool("scale_attn_inner", false),
        normHidden,
        reader.bool("use_post_norm", false),
        layerScale == 0 ? null : layerScale,
        TransformerBlocks.EVA_LAYER_SCALES,
        true,
        TrunkOptions.dropPath(request, reader, 0));
  }

  private static Projection projection(ConfigReader reader) {
    boolean plain = reader.choice("attn_type", "eva", List.of("eva", "rope")).equals("rope");
    boolean fused = reader.bool("qkv_fused", true);
    boolean bias = reader.bool("qkv_bias", true);
    if (!fused && (plain || !bias)) {
      throw new InvalidConfigException(
          reader.at("qkv_fused"),
          "is false, which is supported only with attn_type eva and qkv_bias");
    }
    if (!fused) {
      return Projection.SEPARATE_NO_KEY_BIAS;
    }
    if (!bias) {
      return Projection.FUSED_NO_BIAS;
    }
    return plain ? Projection.FUSED : Projection.FUSED_NO_KEY_BIAS;
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
    x = blocks.encode(g, x, rotary ? Positions.turned(rotation.turn(g)) : Positions.NONE);
    if (normAfter) {
      x = Layers.layerNorm(g, "norm", x, blocks.epsilon());
    }
    x = pool(g, x);
    if (normAfterPool) {
      x = Layers.layerNorm(g, "fc_norm", x, blocks.epsilon());
    }
    double deviation = TransformerBlocks.DEVIATION * (headScale == 0 ? 1 : headScale);
    return classes == 0 ? x : TransformerBlocks.linear(g, "head", x, classes, true, deviation);
  }

  private Value pool(GraphBuilder g, Value x) {
    int hidden = (int) (blocks.width() * poolRatio);
    return switch (pool) {
      case "map" ->
          new LatentAttentionPool(poolHeads, hidden, GeluForm.ERF, blocks.epsilon())
              .encode(g.scope("attn_pool"), x, null);
      case "token" -> g.select(x, 1, Dim.of(0));
      case "avg" -> g.reduce(tokens.patches(g, x), Reduction.MEAN, 1);
      case "max" -> g.reduce(tokens.patches(g, x), Reduction.MAX, 1);
      default -> x;
    };
  }

  @Override
  public Weights fit(Weights weights, String prefix) {
    return tokens.fit(weights, prefix);
  }
}
