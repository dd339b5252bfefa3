package org.openclip.models.nomic;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.encoder.Encoded;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.encoder.ImageEncoder;
import org.openclip.api.encoder.LayerGroup;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.Value;
import org.openclip.models.attention.RotaryGrid;

/**
 * The image tower of Nomic Embed Vision (Nussbaum et al. 2024, arXiv 2406.18587): an EVA-02 without
 * a last norm, pooled by one learnt query.
 */
final class NomicVisionTransformer implements ImageEncoder {
  private final int side;
  private final int patch;
  private final int layers;
  private final int width;
  private final double epsilon;
  private final NomicBlocks blocks;
  private final RotaryGrid rotation;

  NomicVisionTransformer(EncoderContext context) {
    ConfigReader reader = new ConfigReader("vision_cfg", context.config());
    reader.ignore("encoder");
    side = reader.positive("image_size", 224);
    patch = reader.positive("patch_size", 16);
    layers = reader.positive("layers", 12);
    width = reader.positive("width", 768);
    int heads = reader.positive("heads", 12);
    blocks = new NomicBlocks(width, heads, reader.positive("mlp_width", 2048));
    epsilon = reader.number("eps", 1e-6);
    int reference = reader.positive("ref_feat_shape", 14);
    reader.finish();
    if (width != context.embedDim()) {
      throw new InvalidConfigException(
          "vision_cfg.width",
          "is %s, but must be embed_dim, %s, since this tower has no projection"
              .formatted(width, context.embedDim()));
    }
    if (width % heads != 0 || width / heads % 4 != 0) {
      throw new InvalidConfigException(
          "vision_cfg.heads",
          "is %s, but the width %s must be a multiple of it, and the quotient of 4"
              .formatted(heads, width));
    }
    if (side % patch != 0) {
      throw new InvalidConfigException(
          "vision_cfg.image_size",
          "is " + side + ", which is not a multiple of the patch size " + patch);
    }
    int grid = side / patch;
    rotation = new RotaryGrid(grid, grid, 1, width / heads, 0, false, 10_000, reference);
  }

  @Override
  public int height() {
    return side;
  }

  @Override
  public int width() {
    return side;
  }

  @Override
  public List<LayerGroup> layerGroups() {
    List<LayerGroup> groups = new ArrayList<>();
    groups.add(LayerGroup.of(LayerGroup.EMBEDDINGS, "embeddings\\..*"));
    groups.addAll(LayerGroup.blocks("layers", layers));
    groups.add(LayerGroup.of(LayerGroup.PROJECTION, "selector\\..*"));
    return groups;
  }

  @Override
  public Encoded encode(GraphBuilder g, Value pixels) {
    Value x = embed(g.scope("embeddings"), pixels);
    UnaryOperator<Value> turned = rotation.turn(g);
    for (int i = 0; i < layers; i++) {
      x = block(g.scope("layers." + i), x, turned);
    }
    return new Encoded(select(g.scope("selector"), x), x);
  }

  /** Returns a class token and the patches with their positions, {@code [batch, rows, width]}. */
  private Value embed(GraphBuilder g, Value pixels) {
    long grid = side / patch;
    Value cut =
        g.reshape(
            pixels, Dim.BATCH, Dim.of(3), Dim.of(grid), Dim.of(patch), Dim.of(grid), Dim.of(patch));
    Value rows =
        g.reshape(
            g.transpose(cut, 0, 2, 4, 1, 3, 5),
            Dim.BATCH,
            Dim.of(grid * grid),
            Dim.of(3L * patch * patch));
    Value patches = NomicBlocks.linear(g, "proj", rows, width);
    Value token = g.parameter("cls_token", Initializer.ZEROS, 1, 1, width);
    Value x = g.concat(1, g.broadcast(token, Dim.BATCH, Dim.of(1), Dim.of(width)), patches);
    return g.plus(
        x, g.parameter("pos_embed", new Initializer.Normal(0.02), 1, grid * grid + 1, width));
  }

  private Value block(GraphBuilder g, Value x, UnaryOperator<Value> turned) {
    Value normed = Layers.layerNorm(g, "norm1", x, epsilon);
    Value between = g.plus(x, blocks.attention(g.scope("attn"), normed, turned));
    Value inner = Layers.layerNorm(g, "norm2", between, epsilon);
    return g.plus(between, blocks.perceptron(g.scope("mlp"), inner, true));
  }

  /**
   * Returns the class token and what the perceptron makes of the rows that the learnt query
   * selects, {@code [batch, width]}. The selection itself is not added, as in the authors' code.
   */
  private Value select(GraphBuilder g, Value sequence) {
    GraphBuilder attention = g.scope("attn");
    Value latent =
        attention.parameter(
            "latent", new Initializer.TruncatedNormal(Math.pow(width, -0.5)), 1, 1, width);
    Value query = NomicBlocks.linear(attention, "Wq", latent, width);
    List<Value> parts = g.split(NomicBlocks.linear(attention, "Wkv", sequence, 2L * width), -1, 2);
    Value context =
        blocks.attend(
            g, g.broadcast(query, Dim.BATCH, Dim.of(1), Dim.of(width)), parts.get(0), parts.get(1));
    Value row = NomicBlocks.linear(attention, "out_proj", g.select(context, 1, Dim.of(0)), width);
    Value normed = Layers.layerNorm(g, "norm1", row, epsilon);
    Value token = g.select(sequence, 1, Dim.of(0));
    return g.plus(token, blocks.perceptron(g.scope("mlp"), normed, false));
  }
}
