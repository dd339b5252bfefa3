package org.openclip.models.timm;

import java.util.List;
import java.util.Map;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.encoder.LayerGroup;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.Value;
import org.openclip.models.attention.CoordinateRotary;
import org.openclip.models.attention.Rotary;
import org.openclip.models.attention.ValidPatches;
import org.openclip.models.timm.TransformerBlocks.Perceptron;
import org.openclip.models.timm.TransformerBlocks.Positions;
import org.openclip.models.timm.TransformerBlocks.Projection;

/**
 * timm's NaFlex transformer over patches of spectrograms: rotary positions of two axes, frequency
 * and time, in the place of a table, and map pooling.
 */
public final class NaFlexAudioTrunk {
  private static final String PATH = "audio_cfg.naflexvit_cfg";

  private final TransformerBlocks blocks;
  private final CoordinateRotary rotary;
  private final boolean classToken;
  private final int registers;
  private final boolean normBefore;
  private final boolean normAfter;
  private final boolean normAfterPool;
  private final boolean poolPrefix;
  private final String pool;
  private final int poolHeads;
  private final double poolRatio;

  /** Reads the trunk's options, {@code audio_cfg.naflexvit_cfg}. */
  public NaFlexAudioTrunk(Map<String, Object> options) {
    ConfigReader reader = new ConfigReader(PATH, options);
    int width = reader.positive("embed_dim", 768);
    int heads = TrunkOptions.heads(reader, width, 12);
    if (width / heads % 4 != 0) {
      throw new InvalidConfigException(
          reader.at("num_heads"),
          "gives heads of width %s, but rotary positions of two axes need a multiple of 4"
              .formatted(width / heads));
    }
    double ratio = reader.number("mlp_ratio", 4);
    boolean swiglu = reader.bool("swiglu_mlp", false);
    blocks =
        new TransformerBlocks(
            width,
            reader.positive("depth", 12),
            heads,
            (int) (width * ratio),
            1e-6,
            reader.bool("qkv_bias", true) ? Projection.FUSED : Projection.FUSED_NO_BIAS,
            reader.bool("attn_gated", false),
            swiglu ? Perceptron.SWIGLU_PACKED : Perceptron.GELU,
            TrunkOptions.activation(reader),
            false,
            false,
            false,
            reader.has("init_values") ? reader.number("init_values", 0) : null,
            TransformerBlocks.EVA_LAYER_SCALES,
            TrunkOptions.rate(reader, "drop_path_rate", 0));
    rotary = axial(width / heads, reader.number("rope_temperature", 10_000));
    classToken = reader.bool("class_token", false);
    registers = reader.integer("reg_tokens", 0);
    normBefore = reader.bool("pre_norm", false);
    pool = reader.choice("global_pool", "map", List.of("map", "avg", "token"));
    boolean finalNorm = reader.bool("final_norm", true);
    normAfter = finalNorm && !reader.bool("fc_norm", false);
    normAfterPool = finalNorm && reader.bool("fc_norm", pool.equals("avg"));
    poolPrefix = reader.bool("pool_include_prefix", false);
    poolHeads = reader.positive("attn_pool_num_heads", heads);
    poolRatio = reader.number("attn_pool_mlp_ratio", ratio);
    reader.choice("rope_type", "axial", List.of("axial"));
    reader.ignore("weight_init", "fix_init");
    reader.finish();
    if (registers < 0) {
      throw new InvalidConfigException(
          reader.at("reg_tokens"), "is " + registers + ", but must not be negative");
    }
    if (width % poolHeads != 0) {
      throw new InvalidConfigException(
          reader.at("attn_pool_num_heads"),
          "is " + poolHeads + ", which does not divide the width " + width);
    }
    if (pool.equals("token") && !classToken) {
      throw new InvalidConfigException(
          reader.at("global_pool"), "is token, but class_token is not true");
    }
  }

  /** The first half of a head's pairs turn by the row, the others by the column. */
  private static CoordinateRotary axial(int headWidth, double temperature) {
    double[] falling = CoordinateRotary.falling(headWidth / 4, temperature);
    double[][] frequencies = new double[2][headWidth / 2];
    System.arraycopy(falling, 0, frequencies[0], 0, falling.length);
    System.arraycopy(falling, 0, frequencies[1], falling.length, falling.length);
    return new CoordinateRotary(frequencies, Rotary.Pairing.NEIGHBOURS);
  }

  private int prefix() {
    return (classToken ? 1 : 0) + registers;
  }

  /** Returns the parameters in groups, from the input to the output. */
  public List<LayerGroup> layerGroups() {
    return TimmTrunk.transformerGroups("embeds.*", blocks.depth());
  }

  /**
   * Writes the trunk.
   *
   * @param g a builder in the trunk's scope
   * @param patches {@code float[batch, length, numbers]}
   * @param coordinates {@code int64[batch, length, 2]}: row and column of each patch
   * @param valid {@code bool[batch, length]}: whether there is a patch
   * @return {@code [batch, width]}
   */
  public Value encode(GraphBuilder g, Value patches, Value coordinates, Value valid) {
    ValidPatches real = new ValidPatches(valid);
    GraphBuilder embeds = g.scope("embeds");
    Value x = TransformerBlocks.linear(embeds, "proj", patches, blocks.width(), !normBefore);
    x = registers == 0 ? x : g.concat(1, token(embeds, "reg_token", registers, x), x);
    x = classToken ? g.concat(1, token(embeds, "cls_token", 1, x), x) : x;
    x = norm(g, "norm_pre", x, normBefore);
    Rotary turned = rotary.at(g, coordinates, prefix());
    x = blocks.encode(g, x, Positions.masked(v -> turned.turn(g, v), real.keyMask(g, prefix())));
    Value pooled = pool(g, norm(g, "norm", x, normAfter), real);
    return norm(g, "fc_norm", pooled, normAfterPool);
  }

  private Value norm(GraphBuilder g, String name, Value x, boolean present) {
    return present ? Layers.layerNorm(g, name, x, blocks.epsilon()) : x;
  }

  private Value token(GraphBuilder embeds, String name, int count, Value x) {
    Value token = embeds.parameter(name, new Initializer.Normal(1e-6), 1, count, blocks.width());
    return embeds.broadcast(token, x.shape().dim(0), Dim.of(count), Dim.of(blocks.width()));
  }

  private Value pool(GraphBuilder g, Value x, ValidPatches real) {
    int skipped = poolPrefix ? 0 : prefix();
    int before = prefix() - skipped;
    Value rows = g.slice(x, 1, Dim.of(skipped), x.shape().dim(1));
    return switch (pool) {
      case "token" -> g.select(x, 1, Dim.of(0));
      case "avg" -> real.mean(g, rows, before);
      default ->
          new LatentAttentionPool(
                  poolHeads, (int) (blocks.width() * poolRatio), blocks.gelu(), blocks.epsilon())
              .encode(g.scope("attn_pool"), rows, real.keyMask(g, before));
    };
  }
}
