package org.openclip.models.timm;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;
import org.openclip.models.timm.TransformerBlocks.Perceptron;
import org.openclip.models.timm.TransformerBlocks.Projection;

/** Reads the options of timm's {@code NaFlexVitCfg} that say what happens to embedded patches. */
final class NaFlexOptions {
  private final ConfigReader reader;
  private final int width;
  private final int heads;
  private final double ratio;
  private final @Nullable NaFlexRotary rotary;

  /**
   * Begins to read.
   *
   * @param rope the default of {@code rope_type}
   */
  NaFlexOptions(ConfigReader reader, String rope) {
    this.reader = reader;
    width = reader.positive("embed_dim", 768);
    heads = TrunkOptions.heads(reader, width, 12);
    ratio = reader.number("mlp_ratio", 4);
    rotary = NaFlexRotary.of(reader, width / heads, rope);
  }

  /**
   * Reads everything.
   *
   * @param pool the pooling
   * @param created the pooling that the model is created with, which decides what norms it has
   * @param dropPath the rate of dropped residual branches in the last block
   */
  NaFlexBody body(String pool, String created, double dropPath) {
    boolean classToken = reader.bool("class_token", false);
    boolean finalNorm = reader.bool("final_norm", true);
    int poolHeads = reader.positive("attn_pool_num_heads", heads);
    NaFlexBody body =
        new NaFlexBody(
            blocks(dropPath),
            rotary,
            classToken,
            reader.integer("reg_tokens", 0),
            reader.bool("pre_norm", false),
            finalNorm && !reader.bool("fc_norm", false),
            finalNorm && reader.bool("fc_norm", created.equals("avg")),
            pool,
            reader.bool("pool_include_prefix", false),
            poolHeads,
            (int) (width * reader.number("attn_pool_mlp_ratio", ratio)));
    check(body);
    reader.ignore("weight_init");
    return body;
  }

  private void check(NaFlexBody body) {
    if (!List.of("token", "avg", "map").contains(body.pool())) {
      throw new InvalidConfigException(
          reader.at("global_pool"),
          "is '%s', but NaFlex models pool by token, avg or map".formatted(body.pool()));
    }
    if (body.registers() < 0) {
      throw new InvalidConfigException(
          reader.at("reg_tokens"), "is " + body.registers() + ", but must not be negative");
    }
    if (width % body.poolHeads() != 0) {
      throw new InvalidConfigException(
          reader.at("attn_pool_num_heads"),
          "is " + body.poolHeads() + ", which does not divide the width " + width);
    }
    if (body.pool().equals("token") && !body.classToken()) {
      throw new InvalidConfigException(
          reader.at("global_pool"), "is token, but class_token is not true");
    }
    for (String constant : List.of("proj_bias", "patchify_channels_last")) {
      if (!reader.bool(constant, true)) {
        throw new InvalidConfigException(reader.at(constant), "is false, which is not supported");
      }
    }
    reader.choice("embed_proj_type", "linear", List.of("linear"));
  }

  private TransformerBlocks blocks(double dropPath) {
    String attention = reader.choice("attn_type", "standard", List.of("standard", "eva", "rope"));
    boolean gated = reader.bool("attn_gated", false);
    boolean swiglu = reader.bool("swiglu_mlp", false);
    boolean eva = !attention.equals("standard") || rotary != null || swiglu || gated;
    boolean normHidden = reader.bool("scale_mlp_norm", false);
    // Of timm's ViT with this perceptron, whose ratio counts gate and value together.
    boolean packed = reader.bool("swiglu_packed", false);
    int hidden = (int) (width * ratio);
    double layerScale = reader.number("init_values", 0);
    return new TransformerBlocks(
        width,
        reader.positive("depth", 12),
        heads,
        packed ? hidden / 2 : hidden,
        reader.number("norm_eps", 1e-6),
        projection(eva, attention),
        gated,
        perceptron(swiglu, packed, normHidden),
        TrunkOptions.activation(reader),
        reader.bool("scale_attn_inner_norm", false),
        normHidden,
        false,
        layerScale == 0 ? null : layerScale,
        eva ? TransformerBlocks.EVA_LAYER_SCALES : TransformerBlocks.VIT_LAYER_SCALES,
        reader.bool("fix_init", true),
        dropPath);
  }

  private static Perceptron perceptron(boolean swiglu, boolean packed, boolean normHidden) {
    if (!swiglu && !packed) {
      return Perceptron.GELU;
    }
    return swiglu && normHidden ? Perceptron.SWIGLU : Perceptron.SWIGLU_PACKED;
  }

  /** Returns the projections of timm's standard, rotary or EVA attention. */
  private Projection projection(boolean eva, String attention) {
    boolean bias = reader.bool("qkv_bias", true);
    boolean plain =
        !eva || attention.equals("rope") || (attention.equals("standard") && rotary != null);
    if (!reader.bool("qkv_fused", true)) {
      if (plain || !bias) {
        throw new InvalidConfigException(
            reader.at("qkv_fused"),
            "is false, which is supported only with attn_type eva and qkv_bias");
      }
      return Projection.SEPARATE_NO_KEY_BIAS;
    }
    if (!bias) {
      return Projection.FUSED_NO_BIAS;
    }
    return plain ? Projection.FUSED : Projection.FUSED_NO_KEY_BIAS;
  }
}
